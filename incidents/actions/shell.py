"""What this room adds to the shell of every page."""
