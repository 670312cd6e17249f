"""Blocks that worker processes can load in no time: this module imports nothing."""


def squared(number: int) -> int:
    return number * number


def stumbles(number: int) -> int:
    if number == 2:
        raise ValueError(f"block {number} stumbled")
    return number
