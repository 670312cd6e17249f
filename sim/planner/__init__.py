"""The planners' page: a server for this machine alone, and the page it serves (`page/`)."""
