"""One replication: the random weeks, the model that plays them, what it leaves behind, and what is measured on it."""
