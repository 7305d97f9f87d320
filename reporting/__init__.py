"""From what is known to what people look at: figures, findings, alerts, exports."""
