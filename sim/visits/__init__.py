"""Reading a hospital's file of visits into one tidy table."""
