"""How a p-value of simulated draws is printed: never smaller, and never more exact, than the draws allow."""

import math


def p_text(p: float, draws: int) -> str:
    """A p-value of `draws` draws with two digits; at its least, 1 / (draws + 1), only a bound: `under 0.03` of 39.

    Input: `p` counts the observed value among the draws, (1 + as large ones) / (draws + 1).
    """
    if p * (draws + 1) > 1.5:
        return f"{p:.2f}"
    return f"under {(math.floor(100.0 * p + 1e-9) + 1) / 100.0:.2f}"
