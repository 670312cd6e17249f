"""Uniform random numbers as pure functions of their keys: seed, replication, whose, which of theirs, quantity, counter.

What the keys are is `sim.engine.draw_numbers`; what is made of the numbers, `sim.engine.workload`.
"""

from sim.engine.compiled.backend import Word, machine_code

GOLDEN = 0x9E3779B97F4A7C15
MIX_A = 0xBF58476D1CE4E5B9
MIX_B = 0x94D049BB133111EB
ALL_BITS = 0xFFFFFFFFFFFFFFFF
TWO_TO_MINUS_53 = 2.0**-53
TWO_TO_MINUS_54 = 2.0**-54


def mixed(z: Word) -> Word:
    """Finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits that leaves no visible pattern."""
    z = ((z ^ (z >> 30)) * MIX_A) & ALL_BITS
    z = ((z ^ (z >> 27)) * MIX_B) & ALL_BITS
    return z ^ (z >> 31)


@machine_code
def keyed(base: int, a: int, b: int) -> Word:
    """Key of a visit (patient, visit number) under a base, or of any pair of numbers."""
    return mixed((mixed((base + GOLDEN * (a + 1)) & ALL_BITS) + GOLDEN * (b + 1)) & ALL_BITS)


@machine_code
def uniform_of(key: Word, quantity: int, counter: int) -> float:
    """Uniform on the open interval (0, 1) of one quantity under a key."""
    return uniform_at(mixed(key ^ quantity), counter)


def uniform_at(key_of_quantity: Word, counter: int) -> float:
    """The same where the key and the quantity have been mixed."""
    bits = mixed((key_of_quantity + GOLDEN * (counter + 1)) & ALL_BITS)
    return (bits >> 11) * TWO_TO_MINUS_53 + TWO_TO_MINUS_54


@machine_code
def visit_uniform(base: int, patient: int, number: int, quantity: int, counter: int) -> float:
    """One uniform of one visit."""
    return uniform_of(keyed(base, patient, number), quantity, counter)
