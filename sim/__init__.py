"""Children's emergency department staffing with peer support workers, simulated."""
