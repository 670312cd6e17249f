"""What a reader sees: tables, figures and plain sentences."""
