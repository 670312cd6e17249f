"""Questions asked of many replications: estimates, paired differences, stored results."""
