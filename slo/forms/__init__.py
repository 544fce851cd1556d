"""What people type about objectives: read, checked, and given on as plain values."""
