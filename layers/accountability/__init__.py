"""Accountability 问责: how long people waited in a closed month, and what they said of the help, for all to read."""
