"""Side by side: what counting the record costs here, and what it costs with what an engineer would pick instead (``make bench``).

``record`` makes the record, ``stack`` loads it, ``run`` measures one contestant, ``recount`` says whether its counts are right, ``rounds``
orders the runs and takes medians, ``page`` writes ``docs/reference/performance.md`` from what was measured. A contestant is a file in
``contestants``; it is a process of its own, with the packages of ``requirements/bench.lock``, and is told by ``task`` what to do.
"""
