"""What stored runs say: estimates, differences, valuation, cautions."""
