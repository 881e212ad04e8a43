"""Alembic's entry: runs on the connection that migrate.py hands over, one transaction for each step."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,  # SQLite's DDL is transactional once the driver stays out of the way (engine.py)
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
