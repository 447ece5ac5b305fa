"""What people see of a training: in a terminal and in TensorBoard."""
