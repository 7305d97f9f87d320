"""One person's data: what is kept, for how long, and how it is given out and erased."""
