"""The detector of returns on paper: rules as versioned, dated data over the facts of the record, and a pure fold that applies them.

Here: what the rules say (``rulebook``), what a fact tells them (``happenings``), a flag (``flags``), the windows of children (``children``) and
of counties and offices (``counties``), the fold that joins them (``detector``), and which files a seed draws for re-check (``sampling``). Not here:
reading Kafka, printing, inventing counties (``deploy/detector``), and what becomes of a flag once it is recorded (``services/case/domain/flags.py``).
"""
