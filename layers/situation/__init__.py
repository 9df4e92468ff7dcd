"""The situation as a report tells it: what held at a moment and on the days before it, for staff or for everybody."""
