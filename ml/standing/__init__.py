"""How things stand: what pages, reports and alerts read instead of every order."""
