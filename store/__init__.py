"""The ground floor: settings, errors, tables, sessions, privacy and the import.

Nothing here knows how data is fetched, learned from or served.
"""
