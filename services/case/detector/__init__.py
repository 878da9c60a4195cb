"""The detector of returns on paper: rules as versioned, dated data over the facts of the record, and a pure fold that applies them.

Here: what the rules say (``rulebook``), what a fact tells them (``happenings``), a flag (``flags``), the windows of children (``children``) and
of counties and offices (``counties``), and the fold that joins them (``detector``). Not here: reading Kafka, printing, inventing counties
(``deploy/detector``), and what becomes of a flag, which the record does not hold yet.
"""
