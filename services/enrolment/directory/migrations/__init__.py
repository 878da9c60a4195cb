"""How the tables of the directory and of the keystore came to be, step by step: Alembic's migrations, a folder for each of the two databases."""
