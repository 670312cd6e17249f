"""Commands of `peered` that ask no question of a department."""
