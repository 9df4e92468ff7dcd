"""Pure geometry and H3: cells, covers, datums, shapes, tiles, reach. No storage, no web, no clock."""
