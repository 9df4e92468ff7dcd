"""The demo neighbourhood: an invented town quarter and a fortnight of its days, made as plain rows. Nothing is stored here."""
