"""Staff and places of a hospital: its own, from lists kept as CSV files, or the base's scaled to its volume."""
