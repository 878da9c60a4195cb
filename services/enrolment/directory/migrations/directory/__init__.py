"""The migrations of the directory."""
