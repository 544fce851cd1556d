"""Figures that others know, such as cost and transactions, and what they are in ratio to what we count."""
