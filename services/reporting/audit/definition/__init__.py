"""The meaning of the counts, in SQL: the whole definition, from the bytes of a record to the cells of a county.

Here belongs what is counted, and nothing of how the record is read or the result is shown. Read ``steps`` first.
"""
