"""Finding parameters a file does not show: history matching, and its use on service times."""
