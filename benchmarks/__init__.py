"""The speeds Linli promises, measured beside something that runs in the same minute; `make bench` runs them all."""
