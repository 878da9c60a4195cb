"""The detector at work: on invented counties with planted fraud, and on a real record. The rules themselves are in ``services/case/detector``.

Here: inventing counties from a seed (``lives``, ``counties``), trying the rules on them (``trial``), reading the record (``record``), and the
commands (``cli``).
"""
