"""Notices to an area: what an office says to everybody in a place, until when, and what took its place."""
