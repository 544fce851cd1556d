"""What outsiders get: one function from a page to bytes. `rendering.render` is the door."""
