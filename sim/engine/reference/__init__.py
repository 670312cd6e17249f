"""The SimPy engine: the model as it is read aloud."""
