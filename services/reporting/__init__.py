"""Reporting: what the record adds up to, county by county, live."""
