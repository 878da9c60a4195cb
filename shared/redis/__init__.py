"""Redis as all services use it: the connection, the loading of scripts, and the declaration of keys.

Here belongs what every user of Redis needs. What is kept in Redis, and the script that changes it, stands beside the code that owns it. This
room imports the root only.
"""
