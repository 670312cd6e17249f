"""From a file of visits to a demand and a department."""
