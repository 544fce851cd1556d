"""The subprocess of one run: the Chaos Toolkit's activities in our order, under allow-lists. No Django, no database."""
