"""What every test shares: property tests draw the same examples on every machine, without a deadline."""

from hypothesis import settings

# A first call may compile for seconds, and a red run must be red again for whoever looks at it.
settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("repeatable")
