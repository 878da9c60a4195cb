"""Plumbing and published language of Baoxue. It knows no business rule."""
