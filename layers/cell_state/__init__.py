"""What is true in a cell at a moment: all layers seen together."""
