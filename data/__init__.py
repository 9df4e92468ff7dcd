"""How things are kept: database, journal, cell rollups, areas, files in and out. Not what they mean."""
