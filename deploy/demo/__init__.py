"""The demo: invented children whose totals are the published ones, reported as 31 provinces and 新疆兵团 would report them.

``history`` invents the reports, ``playing`` sends them and compares.
"""
