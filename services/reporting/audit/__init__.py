"""The audit: counts the record again from its first offset, in SQL, and compares that with what is shown.

It shares no line of code with the projection that it checks, not even the published language: everything here is
written a second time from the public interface (the wire page). ``recount`` counts, ``definition`` says in SQL what is
counted, ``record`` reads Kafka, ``shown`` reads the reporting api, ``comparison`` compares, ``areas`` knows the map,
``replay`` makes a document of counts, ``positions`` reads what somebody means by a point in the record, ``readable``
puts an event on one line, ``inventory`` lists topics and groups.
"""
