"""Alerts: what a person should act on, raised once an event, sent and acknowledged."""
