"""The server in front of an api: uvicorn, and the bounds that it does not set itself.

Here belongs what is known of connections and of uvicorn's own names. What a request means is for the rest of ``http``.
"""
