"""What was seen, and what follows from it; nothing here looks for itself."""
