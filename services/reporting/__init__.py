"""Reporting: the counts of the record, county by county, live."""
