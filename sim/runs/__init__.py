"""Playing many replications: tasks, workers, and the store that keeps what they leave."""
