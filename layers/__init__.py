"""What is on the map and what may happen to it: one folder per layer, plus what is true of all of them together."""
