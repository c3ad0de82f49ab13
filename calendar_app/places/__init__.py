"""Where: regions, municipalities, venues."""
