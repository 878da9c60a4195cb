"""The desk: the page at which officers and superiors work through files, and what it asks for beside the apis that are there anyway.

Here belong its lists, counts and steps, and what it asks enrolment and relief in the name of whoever sits at it. What an officer does to a file is
a command of the api like any other, and no rule of files stands here.
"""
