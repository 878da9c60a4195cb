"""Side by side: what a job costs here, and what it costs with what an engineer would pick instead (``make bench``).

There are two jobs: ``counting`` the record, and ``deciding`` what is reported. ``record`` makes the record, ``stack`` loads it, ``run`` measures
one contestant, ``recount`` and ``outcomes`` say whether its result is right, ``rounds`` orders the runs and takes medians;
``docs/reference/performance.md`` is made from what was measured. A contestant is a file in
``contestants``; it is a process of its own, with the packages of ``requirements/bench.lock``, and is told by ``task`` what to do.
"""
