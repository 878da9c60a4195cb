"""Who looked at which child, as every api that shows children writes it: into the topic ``access``, before it answers.

Here belongs the writing. Who reads the topic, and what is unusual, stands in the service that answers for it (``services/enrolment/looks/``).
"""
