"""How what Redis holds is built again beside what is shown: generations of keys, and the one key that names the live one.

Here belongs what all services do alike: which generation is live, how another becomes it, and what a rebuild must be able to do so that one command
can run it. What is filled and compared stands with the service that keeps it.
"""
