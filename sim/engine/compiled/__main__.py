"""`python -m sim.engine.compiled`: make the machine code now, so that nothing started afterwards waits for it."""

from sim.engine.compiled import prepare

if __name__ == "__main__":
    prepare(lambda line: print(line, flush=True))
