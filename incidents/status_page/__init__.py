"""What the public sees: components, incidents in human words, maintenance, subscribers."""
