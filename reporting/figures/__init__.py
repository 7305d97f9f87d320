"""Every figure that is shown anywhere, defined once.

`measures` says what each is made of; the other modules read the sums. Dashboard,
report, alerts and the Power BI project all take them from here.
"""
