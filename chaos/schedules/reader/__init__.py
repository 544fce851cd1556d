"""The process that reads a calendar of somebody else's: bounded in time and memory, without Django or a database."""
