"""What the api does with the names of children: takes them in, shows them by right and purpose, unmasks and erases them.

Every look is in the topic ``access`` before it is answered. A child that there is not, and one that counts in another area, look alike.
"""
