"""Reading input safely: bounded readers and a closed SQL engine. Knows nothing of departments or studies."""
