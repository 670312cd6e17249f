"""What is counted in money and what is not, in words; shared by a break-even study and a comparison.

What one more of a measure is worth is said in `sim.analysis.valuation`; the sums are those of the studies.
"""

import math
from collections.abc import Sequence

from sim.analysis.comparison_result import Comparison
from sim.analysis.valuation import STAFF_COST, Worth, preset_text
from sim.engine.measures.currency import in_currency
from sim.engine.measures.number_text import is_share, plain_number, scale

_OUTSIDE = "clinics and care outside this hospital, school, families' costs, hope and dignity"
"""What no preset can count: it is not played."""
NOT_COUNTED_SHORTLY = f"Not counted: outcomes without a worth, {_OUTSIDE}."
"""What no preset counts, where the page says it at length."""


def counted_text(worth: Sequence[Worth], presets: Sequence[str]) -> str:
    """What the leading preset counts, and what each other one counts that those before it did not.

    `Counted, CAD for one less: staff cost, mental health visit 370; with admissions also admission 20,000.`
    """
    counted: set[str] = set()
    pieces: list[str] = []
    for preset in presets:
        new = [item for item in worth if item.counts_in(preset) and item.name not in counted]
        left_out = [item for item in worth if item.name in counted and not item.counts_in(preset)]
        counted |= {item.name for item in new}
        words = ", ".join(priced(item) for item in new) or "nothing more"
        without = f", without {', '.join(item.name.replace('_', ' ') for item in left_out)}" if left_out else ""
        pieces.append(f"{preset_text(preset)} also {words}{without}" if pieces else words)
    return f"Counted, {in_currency('CAD')} for one less: {'; '.join(pieces)}."


def not_counted_text(worth: Sequence[Worth], presets: Sequence[str]) -> str:
    """What no preset counts: what is shown without a worth, and what is not played."""
    shown = [item.name.replace("_", " ") for item in worth if not any(item.counts_in(preset) for preset in presets)]
    return f"Not counted: {', '.join([*shown, _OUTSIDE])}."


def priced(item: Worth) -> str:
    """What one less is worth, `mental health visit 370`; of staff cost its name alone, as a dollar is a dollar."""
    name = item.name.replace("_", " ")
    if item.measure == STAFF_COST and item.cad_per_unit == -1.0:
        return name
    point = " a point" if is_share(item.measure) else ""
    return f"{name} {plain_number(-item.cad_per_unit / scale(item.measure), 0)}{point}"


def with_presets(texts: Sequence[tuple[str, str]]) -> str:
    """One text as it stands; of several each after the name of its preset: `staff time only: never; with ...: ...`."""
    if len(texts) == 1:
        return texts[0][1]
    return "; ".join(f"{preset_text(preset)}: {text}" for preset, text in texts)


def money_text(mean: float, half_width: float) -> str:
    """`−2,859 ± 166`, of one replication `−2,859`."""
    return plain_number(mean, 0) + (f" ± {plain_number(half_width, 0)}" if math.isfinite(half_width) else "")


# --- of a comparison


def worth_lines(comparison: Comparison) -> list[str]:
    """What stands behind the table of worth: of chance alone, what is counted and what is not."""
    table = comparison.worth
    if table.empty:
        return []
    presets = list(dict.fromkeys(table["preset"]))
    counted_and_not = f"{counted_text(comparison.valued, presets)} {not_counted_text(comparison.valued, presets)}"
    return [f"What the differences would be worth, with intervals of chance alone. {counted_and_not}"]
