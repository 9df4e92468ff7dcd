"""The declarative base and the naming rules of keys and indexes."""

from __future__ import annotations

from sqlalchemy import Index, MetaData, text
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Parent of every mapped class. Fixed names let a migration drop what an earlier one made, on both stores."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def index_of_held(column: str) -> Index:
    """An index of a column that most rows have nothing in: it holds those that have something, and only what asks for
    such rows finds by it.
    """
    held = text(f"{column} IS NOT NULL")
    return Index(None, column, sqlite_where=held, postgresql_where=held)
