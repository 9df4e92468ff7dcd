"""What Alembic runs for every command; the connection and the tables come from the caller."""

from __future__ import annotations

from alembic import context

#: Tables that the spatial extensions keep for themselves.
_FOREIGN = (
    *("spatial_ref_sys", "geometry_columns", "sqlite_", "idx_", "spatialite_", "data_licenses", "elementary", "knn"),
    *("spatialindex", "sql_statements_log", "views_", "virts_", "vector_", "raster_", "topolog"),
)


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether a table belongs to Linli and not to the spatial extension."""
    return kind != "table" or not (name or "").lower().startswith(_FOREIGN)


def is_compared(item: object, name: str | None, kind: str, reflected: bool, against: object) -> bool:
    """Spatial indexes come and go with their column, on both stores by other means."""
    return not (kind == "index" and (name or "").endswith("_geometry")) and is_ours(name, kind, None)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    include_name=is_ours,
    include_object=is_compared,
    transactional_ddl=False,
)
context.run_migrations()
