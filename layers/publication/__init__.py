"""What the public may see of needs: publications made on a clock, never the needs themselves."""
