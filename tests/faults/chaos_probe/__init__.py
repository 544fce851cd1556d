"""A room for the fault tests of chaos: asks for runs whose faults are files, by rows of due work."""
