"""The steps from one schema to the next (Alembic), the same for both stores."""
