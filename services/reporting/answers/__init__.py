"""The answers of the api: documents made from the view, each at one vector of offsets.

Here belongs one file for each kind of answer. An answer reads the view and changes nothing.
"""
