"""The issuer of the embedded stack: a small OpenID provider on loopback, made of Authlib, that signs with a key of the stack's own.

Here belongs what makes tokens and what knows the offices of a demo. What checks tokens is ``shared/identity``, which knows nothing of this
issuer but its address.
"""
