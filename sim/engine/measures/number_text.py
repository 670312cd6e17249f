"""Numbers as a reader meets them: measures with their unit, differences with their sign, shares as percent.

`of` is a measure, or its name with its part.

Whole sentences are `sim.analysis.sentences`.
"""

import math
from collections.abc import Sequence

from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.engine.measures.currency import in_currency
from sim.engine.measures.entry import Measure

MINUS = "−"
NOTHING = "–"
NO_INTERVAL = "no interval"
"""Where there is one replication; an interval needs two."""
POINTS = "percentage points"
WORDS_OF_PARTS = {"all": "all visits", "medical": "medical visits", "mental_health": "mental-health visits"}


def measure_and_part(name: str) -> tuple[Measure, str]:
    """`length_of_stay_mean.medical` as its measure and its part. Raises KeyError for one not in the catalogue."""
    key, _, part = name.partition(".")
    return MEASURE_BY_KEY[key], part


def measure_of(of: Measure | str) -> Measure:
    """The measure of a name such as `lwbs.all`; a measure as it is."""
    return measure_and_part(of)[0] if isinstance(of, str) else of


def label_and_part(name: str) -> str:
    """`Wait for a physician, all visits`, `Stay, mental health`, `Staff cost a week`: short enough for a figure."""
    measure, part = measure_and_part(name)
    label = measure.headline.short if measure.headline else measure.label
    return label if measure.by == "run" else f"{label}, {'all visits' if part == 'all' else part.replace('_', ' ')}"


def is_share(of: Measure | str) -> bool:
    """Shown as percent."""
    return measure_of(of).unit == "proportion"


def decimals_shown(of: Measure | str) -> int:
    decimals = measure_of(of).decimals
    return max(decimals - 2, 0) if is_share(of) else decimals


def scale(of: Measure | str) -> float:
    """What a value is multiplied by to be shown."""
    return 100.0 if is_share(of) else 1.0


def plain_number(value: float, decimals: int, *, signed: bool = False) -> str:
    """With thousands separated and a true minus sign; a dash for nan; no sign on a zero."""
    if not math.isfinite(value):
        return NOTHING
    text = f"{abs(value):,.{decimals}f}"
    zero = not text.strip("0.,")
    return text if zero or (value > 0.0 and not signed) else f"{'+' if value > 0.0 else MINUS}{text}"


def three_digits(value: float, decimals: int = 1) -> str:
    """A size that is known to three digits, more of which would be noise, with at most so many decimals."""
    if not math.isfinite(value) or value == 0.0:
        return plain_number(value, 0)
    digits = 2 - math.floor(math.log10(abs(value)))
    return plain_number(round(value, digits), min(max(digits, 0), decimals))


def bare(of: Measure | str, value: float, *, signed: bool = False) -> str:
    """The number alone, shares times 100."""
    return plain_number(value * scale(of), decimals_shown(of), signed=signed)


def unit_of_value(of: Measure | str) -> str:
    return "%" if is_share(of) else in_currency(measure_of(of).unit)


def unit_of_difference(of: Measure | str) -> str:
    return POINTS if is_share(of) else in_currency(measure_of(of).unit)


def short_unit_of_difference(of: Measure | str) -> str:
    return "% points" if is_share(of) else in_currency(measure_of(of).unit)


def value_text(of: Measure | str, value: float) -> str:
    """The number with its unit."""
    number = bare(of, value)
    return number if number == NOTHING else f"{number} {unit_of_value(of)}"


def amount_text(of: Measure | str, value: float) -> str:
    """The size of a difference with its unit, without a sign."""
    return f"{bare(of, abs(value))} {unit_of_difference(of)}"


def within_scale(of: Measure | str, value: float, least: float = -1.0) -> float:
    """The end of an interval, no further than a share of visits can go: from `least` (−1 for differences) to 1."""
    bounded = is_share(of) and measure_of(of).by == "stream"
    return min(max(value, least), 1.0) if bounded else value


def half_width_text(of: Measure | str, half_width: float) -> str:
    """`± 0.4`; nothing of a half-width that no share of visits can have; `no interval` of one replication."""
    if not math.isfinite(half_width):
        return NO_INTERVAL
    widest = within_scale(of, half_width)
    return f"± {'>' if widest < half_width else ''}{bare(of, widest)}"


def range_text(of: Measure | str, low: float, high: float) -> str:
    """An interval of differences, signed: `−0.3 to +0.5 h`."""
    low, high = within_scale(of, low), within_scale(of, high)
    ends = f"{bare(of, low, signed=True)} to {bare(of, high, signed=True)}"
    return f"{ends} {unit_of_difference(of)}"


def as_money(amount: float) -> str:
    """`3,836 CAD`, in the currency that money is shown in."""
    return f"{plain_number(amount, 0)} {in_currency('CAD')}"


def counted(n: int, noun: str) -> str:
    """`1 week`, `2 weeks`."""
    return f"{n} {noun}{'s' if n != 1 else ''}"


def part_text(part: str) -> str:
    """A stream in words; a role, zone or step by its name."""
    return WORDS_OF_PARTS.get(part, part.replace("_", " "))


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
