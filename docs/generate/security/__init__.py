"""The pages of what is held against attackers, made of tables that a person edits: OWASP's ten risks of APIs, and the requirements of ASVS."""
