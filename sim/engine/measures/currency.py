"""The currency that money is shown in: a label of the staffing (`staffing.currency`), by which nothing is converted.

Texts and units in the code are written in the currency of the shipped numbers. What shows an answer does so within
`money_in`, and passes texts of its own through `in_currency`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sim.department.roster import SHIPPED_CURRENCY

_shown: ContextVar[str] = ContextVar("currency", default=SHIPPED_CURRENCY)


@contextmanager
def money_in(currency: str) -> Iterator[None]:
    """Within it money is shown as of this currency, in this thread and what it hands its context to."""
    before = _shown.set(currency)
    try:
        yield
    finally:
        _shown.reset(before)


def is_of_shipped() -> bool:
    """Whether money is shown in the currency of the shipped staffings, so that they can be compared."""
    return _shown.get() == SHIPPED_CURRENCY


def in_currency(text: str) -> str:
    """A text of the code such as `CAD/week` or `Net benefit (CAD a week)`, in the currency that money is shown in.

    Never of what a user has named, which may hold the same letters.
    """
    return re.sub(rf"\b{SHIPPED_CURRENCY}\b", _shown.get(), text)
