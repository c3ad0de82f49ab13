"""What is programmed: events, their dated moments, who may see them, their history."""
