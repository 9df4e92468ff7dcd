"""How things are kept: database, journal, cell rollups, areas, migrations, files in and out. Knows nothing of what they mean."""
