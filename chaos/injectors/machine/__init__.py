"""What injectors on the machine itself share: processes told apart, notes of faults, programs, the order of a fault."""
