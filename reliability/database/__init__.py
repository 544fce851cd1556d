"""What the product asks of databases beyond Django: on SQLite, writers that take turns."""
