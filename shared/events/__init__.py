"""Events as bytes: the CloudEvents envelope, the codec, the rules of fields, and dead letters.

Here belongs what turns bytes into structs of the published language and back, and what says why bytes do not fit. What the events mean
stands in ``contracts``; how they are stored stands in ``log``. This room imports ``contracts`` and the root.
"""
