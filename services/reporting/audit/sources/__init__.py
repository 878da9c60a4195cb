"""What the audit reads: topics of the broker, answers of the reporting api, tables of divisions, positions that a person names.

Here belongs reading. Nothing here changes anything anywhere.
"""
