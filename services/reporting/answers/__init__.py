"""What the api answers: documents made of the view, each at one vector of offsets.

Here belongs one file for each kind of answer. They read the view and change nothing.
"""
