"""Notices for programs: CAP 1.2 messages and the Atom feed that lists them."""
