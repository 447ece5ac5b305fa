"""Records are read back, checked and drawn."""
