"""What a step does to a table with a place in it beyond what Alembic does to any."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text


def drop_place_table(name: str) -> None:
    """Drops a table with its geometry columns.

    On SpatiaLite a plain DROP TABLE leaves the tables of the spatial index and the notes about the column behind.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_table(name)
    elif not connection.execute(text("SELECT DropTable(NULL, :name)"), {"name": name}).scalar():
        raise RuntimeError(f"SpatiaLite did not drop the table {name}")
