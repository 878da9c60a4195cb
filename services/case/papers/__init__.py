"""Papers: what the law, a visit and a ledger need on paper, as PDF.

Here belong what a paper says (pure), its template, and the typesetter. Who may have one, and whose name stands in it, is the desk's matter.
"""
