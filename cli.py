"""The `trendguard` command: one thin door a job."""
