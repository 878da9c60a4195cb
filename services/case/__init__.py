"""Case: one file for each child out of school, until it is back and stays."""
