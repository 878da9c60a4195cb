"""Who looked at which child, as superiors and auditors are told it: the topic ``access`` followed into rows, and what is unusual in them.

Enrolment answers for the looks of all services, because it has the relational database. The rows are a view of the topic: they can be lost, and are
read again. Erasures stand in the same topic, and are done here wherever it is read.
"""
