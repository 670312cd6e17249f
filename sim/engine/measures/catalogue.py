"""All measures of a run, in the order of the data dictionary, those of the first screen, and those of the protocol.

A new measure is one entry above its function, in the module of its subject (`sim.engine.measures.entry`).
"""

from collections.abc import Iterator, Mapping

from sim.engine.measures.afterwards import AFTERWARDS, GOING_HOME
from sim.engine.measures.company import COMPANY, WITHOUT_STAFF
from sim.engine.measures.entry import Headline, Measure, Protocol
from sim.engine.measures.peer_day import PEER_DAY
from sim.engine.measures.staff import STAFF, STAFF_COSTS
from sim.engine.measures.stays import LEFT_EARLY, SAFETY, STAYS
from sim.engine.measures.volume import VOLUME
from sim.engine.measures.waits import WAITS

MEASURES: tuple[Measure, ...] = (
    *WAITS, *STAYS, *LEFT_EARLY, *COMPANY, *WITHOUT_STAFF, *GOING_HOME, *SAFETY, *AFTERWARDS, *VOLUME, *STAFF,
    *PEER_DAY, *STAFF_COSTS,
)  # fmt: skip
"""Every measure, in the order of the data dictionary."""
MEASURE_BY_KEY: Mapping[str, Measure] = {measure.key: measure for measure in MEASURES}


def _placed() -> Iterator[tuple[str, Headline]]:
    shown = [(measure.key, measure.headline) for measure in MEASURES if measure.headline]
    yield from sorted(shown, key=lambda item: item[1].place)


HEADLINES: Mapping[str, Headline] = {f"{key}.{part}": shown for key, shown in _placed() for part in shown.parts}
"""How each measure of the first screen is shown, by `key.part` and in their order there."""
HEADLINE: tuple[str, ...] = tuple(HEADLINES)
"""Names of the measures of the first screen; their differences form one family of simultaneous intervals."""
_ranked = [(f"{key}.{shown.protocol.part}", shown.protocol) for key, shown in _placed() if shown.protocol]
PROTOCOL_RANKS: Mapping[str, Protocol] = dict(sorted(_ranked, key=lambda outcome: outcome[1].place))
"""Outcomes of `docs/protocol.md` by `key.part`, in their order there."""
PROTOCOL_OUTCOMES = tuple(name for name, outcome in PROTOCOL_RANKS.items() if outcome.rank != "reported")
"""Those shown at every level of demand, and named before others that change."""
CHOSEN_LATE = tuple(name for name, outcome in PROTOCOL_RANKS.items() if outcome.after_results)
"""Those chosen after results were seen, which has to be said wherever there is room."""
COST_NAMES = tuple(name for name in HEADLINE if MEASURE_BY_KEY[name.partition(".")[0]].kind == "cost")
"""Headline measures of what the staff cost."""


def protocol_place(name: str) -> int:
    """Place of a measure among the outcomes of the protocol; after all of them for any other."""
    return PROTOCOL_OUTCOMES.index(name) if name in PROTOCOL_OUTCOMES else len(PROTOCOL_OUTCOMES)


def catalogue_table() -> str:
    """The catalogue as a Markdown table, as the data dictionary prints it."""
    head = "| Key | Parts | Meaning | Unit | Numerator | Denominator | Censoring |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *(_row(measure) for measure in MEASURES)])


def _row(measure: Measure) -> str:
    words = (measure.by, measure.label, measure.unit, measure.numerator, measure.denominator, measure.censoring)
    cells = (f"`{measure.key}`", *words)
    return "| " + " | ".join(cell or "–" for cell in cells) + " |"
