"""Sources that answer with good and valid counts, behind one protocol."""
