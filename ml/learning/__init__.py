"""Fitting one model: labels of silence, weights, trees, calibration."""
