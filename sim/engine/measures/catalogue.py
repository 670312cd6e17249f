"""All measures of a run, in the order of the data dictionary, those of the first screen, and those of the protocol.

A new measure is one entry above its function, in the module of its subject (`sim.engine.measures.entry`).
"""

from collections.abc import Iterator, Mapping

from sim.engine.measures.entry import Headline, Measure, Protocol
from sim.engine.measures.leaving import LEFT, SAFETY
from sim.engine.measures.money import MONEY
from sim.engine.measures.peer_day import PEER_DAY
from sim.engine.measures.peers import PEERS
from sim.engine.measures.returns import AFTERWARDS
from sim.engine.measures.staff import STAFF
from sim.engine.measures.stays import STAYS
from sim.engine.measures.volume import VOLUME
from sim.engine.measures.waits import WAITS

MEASURES: tuple[Measure, ...] = (
    *WAITS, *STAYS, *LEFT, *PEERS, *SAFETY, *AFTERWARDS, *VOLUME, *STAFF, *PEER_DAY, *MONEY,
)  # fmt: skip
"""Every measure, in the order of the data dictionary."""
MEASURE_BY_KEY: Mapping[str, Measure] = {measure.key: measure for measure in MEASURES}


def _placed() -> Iterator[tuple[str, Headline]]:
    shown = [(measure.key, measure.headline) for measure in MEASURES if measure.headline]
    yield from sorted(shown, key=lambda item: item[1].place)


HEADLINES: Mapping[str, Headline] = {
    f"{key}.{part}": headline for key, headline in _placed() for part in headline.parts
}
"""How each measure of the first screen is shown, by `key.part` and in their order there."""
HEADLINE: tuple[str, ...] = tuple(HEADLINES)
"""Names of the measures of the first screen; their differences form one family of simultaneous intervals."""
PROTOCOL: Mapping[str, Protocol] = {
    f"{key}.{headline.protocol.part}": headline.protocol for key, headline in _placed() if headline.protocol
}
"""Outcomes of `docs/protocol.md` by `key.part`."""


def catalogue_table() -> str:
    """The catalogue as a Markdown table, as the data dictionary prints it."""
    head = "| Key | Parts | Meaning | Unit | Numerator | Denominator | Censoring |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *(_row(measure) for measure in MEASURES)])


def _row(measure: Measure) -> str:
    words = (measure.by, measure.label, measure.unit, measure.numerator, measure.denominator, measure.censoring)
    cells = (f"`{measure.key}`", *words)
    return "| " + " | ".join(cell or "–" for cell in cells) + " |"
