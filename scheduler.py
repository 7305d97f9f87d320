"""Which job runs when, nothing else."""
