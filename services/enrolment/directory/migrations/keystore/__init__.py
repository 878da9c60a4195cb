"""The migrations of the keystore."""
