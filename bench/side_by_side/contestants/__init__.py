"""The contestants, a file each. They run with the packages of ``requirements/bench.lock``, and import of ours only what is pure."""
