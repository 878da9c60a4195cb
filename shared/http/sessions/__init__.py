"""People who sign in with a browser: OpenID Connect's code flow with PKCE, and the session that follows (decision 0040).

Here belongs what a service with pages needs so that its people can sign in and out; a service adds it with ``install``. The tokens stay on
the server: the browser gets a cookie that means nothing anywhere else. A session's caller is the same ``Caller`` as that of a token.
"""
