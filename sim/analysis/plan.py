"""What a study is asked to play: scenarios by staffing, demand levels, replications, seed, engine, executor.

Composition from config files makes plans (`sim.config`); `sim.analysis.compare` carries them out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from sim.analysis.comparison_result import central_of
from sim.analysis.valuation import Worth
from sim.department.scenario import Scenario
from sim.runs.blocks import Block
from sim.runs.engines import COMPILED
from sim.runs.stopping_rules import Simultaneous


@dataclass(frozen=True)
class Plan:
    """Scenarios by name of staffing, the first of which is the baseline unless another is named.

    `worth` and `presets`: what differences are worth in money, and the accounts of it that are shown.
    """

    scenarios: Mapping[str, Scenario]
    baseline: str
    levels: tuple[float, ...]
    replications: int
    seed: int
    engine: str = COMPILED
    executor: str = "threads"
    confidence: float = 0.95
    keep_all_visits: bool = False
    simultaneous: Simultaneous = "bonferroni"
    workers: int | None = None
    address: str | None = None
    changed: tuple[str, ...] = ()
    event_log: str | None = None
    worth: tuple[Worth, ...] = ()
    presets: tuple[str, ...] = ()

    def blocks(self, visits_folder: Path | None = None) -> list[Block]:
        """Every block, those of the central level of demand first: their answer can be shown while the others are
        played. Of the other levels first replications come first, so that an interrupted study has all of them.

        Visits are written to `visits_folder` for replication 0 at the central level, or for all if asked for; the
        event log is that of replication 0.
        """
        return list(self._blocks(visits_folder))

    def _blocks(self, visits_folder: Path | None) -> Iterator[Block]:
        main = self.central_level
        for levels in ((main,), [level for level in self.levels if level != main]):
            for replication, level in product(range(self.replications), levels):
                keeps = self.keep_all_visits or (replication == 0 and level == main)
                yield Block(
                    demand=level,
                    replication=replication,
                    seed=self.seed,
                    scenarios=self.scenarios,
                    baseline=self.baseline,
                    engine=self.engine,
                    visits_folder=visits_folder if keeps else None,
                    event_log=self.event_log if replication == 0 and level == main else None,
                )

    @property
    def central_level(self) -> float:
        """Demand as it is, or the level nearest to it."""
        return central_of(self.levels)

    @property
    def n_blocks(self) -> int:
        return self.replications * len(self.levels)
