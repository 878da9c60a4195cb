"""The figures that have a target (``make bench-targets``): what is measured, on what, and what would be good enough.

``catalogue`` names them, ``figures`` holds them, a file each, ``processes`` what they run beside a stack, and ``measured``
keeps what was found: the second part of the page on performance is made of it. A figure says for itself whether what it measured came out right;
where it did not, it has no number (``NotRight``).
"""
