"""Keycloak as the issuer of tokens: the realm that is imported, and a check of it against a real Keycloak."""
