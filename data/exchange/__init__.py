"""Files in and out, as plain rows with line numbers. Knows fields (name, titles, kind), never what a layer means.

In: `sources.open_source` gives chunks of raw cells; `fields.choose_columns` says which column is which field;
`values` and `places` turn cells into values and WGS 84 geometry; `suspicions`, `names` and `snapshots` judge and join.
Out: `writers.write_features`.
"""
