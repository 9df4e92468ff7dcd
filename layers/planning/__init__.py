"""Planning 规划: where need is left by those on duty, and where the next volunteers should stand, with the reasons."""
