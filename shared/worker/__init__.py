"""What a worker is: the follower of a topic, the edge to Faust, liveness, freshness, lag, metrics and the admin server.

Here belongs what brings records to a follower, and what tells an operator how the worker is. What a follower does with the records stands
in ``deciding`` and in reporting. This room imports ``http``, ``redis``, ``log`` and the root; nothing of ``deciding`` or ``commands``.
"""
