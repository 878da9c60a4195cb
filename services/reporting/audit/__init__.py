"""The audit: counts the record again from its first offset, in SQL, and compares the counts with those that the api shows.

The audit shares no code with what it checks, not even the published language. Everything here is written a second time from the public
interface (the wire page). ``definition`` is the meaning of the counts in SQL, ``sources`` reads the broker, the api and the tables of
divisions, ``recount`` counts, ``comparison`` and ``sums`` check, ``verification`` and ``replay`` are what a command asks for, ``console``
prints it.
"""
