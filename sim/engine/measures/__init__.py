"""What is measured on a trajectory."""
