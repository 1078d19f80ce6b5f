"""Alembic's entry: one transaction per revision, as the owner of the register."""

from alembic import context
from sqlalchemy import text

with context.config.attributes["engine"].connect() as connection:
    connection.execute(text("SET ROLE chengji_owner"))
    connection.commit()
    context.configure(connection=connection, target_metadata=None, version_table="alembic_version",
                      version_table_schema="registry", transaction_per_migration=True)  # fmt: skip
    with context.begin_transaction():
        context.run_migrations()
