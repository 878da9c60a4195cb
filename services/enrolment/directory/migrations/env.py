"""What Alembic runs: the migrations of one database, over the connection that ``migrating.py`` hands it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=None, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
