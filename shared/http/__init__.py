"""HTTP as all services speak it: the server, problems, the OpenAPI document, idempotency keys, probes and metrics.

Here belongs what any api needs. It knows no command and no state; those stand in ``commands`` and ``deciding``.
"""
