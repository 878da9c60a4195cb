"""What is counted, in SQL: the whole definition, from the bytes of a record to the cells of a county.

Here belongs the meaning of the counts, and nothing of how the record is read or the result shown.
"""
