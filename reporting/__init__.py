"""Figures of the shop, each defined once: for dashboard, report, export and alerts."""
