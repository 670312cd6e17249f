"""How machine code is made of the engine's own Python sources: printed as C, compiled, put beside the sources.

`printer` reads functions and prints C, `compilers` finds a compiler and calls it, `hook` does both when the package is
built. `python -m engine_build` does it by hand. Nothing of this is installed with the package.
"""
