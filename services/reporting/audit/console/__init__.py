"""What an auditor sees on a console: tables, sentences, events on one line.

Here belongs what turns findings into text.
"""
