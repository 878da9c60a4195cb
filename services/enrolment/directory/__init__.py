"""The directory of children: who stands behind a student id, sealed, in a relational database, and written by enrolment's api alone.

Here belongs what turns a number into a student id, seals the fields of a child, keeps them, finds them and destroys them. HTTP stands in
``children/``. Nothing of it enters the log, Redis, a log line or a metric.
"""
