"""How reports come in: the body of a request, the check of each line, the log, the receipt.

Here belongs everything up to the acknowledgement of a batch. What a report does to a child is decided later, by the worker (``domain``).
"""
