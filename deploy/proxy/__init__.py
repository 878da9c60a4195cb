"""The proxy that is the one address of the containers, and a check of its settings with a real nginx."""
