"""The demo neighbourhood: an invented town quarter and a fortnight of its days, as plain rows; nothing is stored."""
