"""What the pages take from the code when they are built."""
