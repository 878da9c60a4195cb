"""The texts that an auditor reads on a console: tables, sentences, events on one line each.

Here belongs what turns results into text.
"""
