"""Who is asking, and what they may do: callers, their offices and roles, the table of rights, and the access tokens that prove them.

Here belongs what is true of a caller in every service, without HTTP: how a request carries its token, and what is answered to one without a
right, stands in ``http``. ``caller``, ``offices`` and ``rights`` are pure.
"""
