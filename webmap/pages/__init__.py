"""What people open: one file per screen."""
