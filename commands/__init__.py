"""What the `trendguard` command does, a group a file; `cli.py` puts them together."""
