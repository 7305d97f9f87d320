"""What takes too long for a page: drivers of regret, what interventions did. A job
computes it, the store keeps it, dashboard and report read it.
"""
