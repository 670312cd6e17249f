"""Every measure as `sim.measures` shows it: what it is called, what it counts, its unit, and which way is better.

The catalogue itself is loaded when it is first asked for, so that `import sim` stays quick.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sim.department.short_text import NameAndText, lines_html, lines_text
from sim.io.suggest import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

_BETTER = {"low": "low values", "high": "high values", "neutral": "neither low nor high values"}
_PARTS = {
    "stream": "all, or a stream such as mental_health",
    "role": "a role such as nurse",
    "zone": "a zone",
    "step": "a step of the pathway",
    "run": "all",
}


@dataclass(frozen=True, repr=False)
class ListedMeasure:
    """One measure. Its values stand under `name.part`, as in `run.measures["lwbs_or_ama.all"]`.

    `label` and `unit` in words, shares as proportions from 0 to 1; `counts` what is counted or averaged, `over` which
    visits or weeks, `left_out` what the end of the run leaves out; `better` is low, high or neutral; `by` says what its
    parts are (stream, role, zone, step, or run, whose only part is all).
    """

    name: str
    label: str
    unit: str
    counts: str
    over: str
    left_out: str
    better: str
    by: str

    def __repr__(self) -> str:
        return lines_text(self.name, self._facts_in_words())

    def _repr_html_(self) -> str:
        return lines_html(self.name, self._facts_in_words())

    def _facts_in_words(self) -> Iterator[NameAndText]:
        yield "label", self.label
        yield "unit", self.unit
        yield "counts", self.counts
        yield "over", self.over or "–"
        yield "left out", self.left_out
        yield "better", _BETTER[self.better]
        yield "part", f"{self.name}.PART: {_PARTS[self.by]}"


class MeasureList(Mapping[str, ListedMeasure]):
    """All measures by name, in the order of the data dictionary, as items or attributes.

    `sim.measures.lwbs_or_ama` and `sim.measures["lwbs_or_ama.all"]` tell what is counted; `summary()` is a table of
    all, `search("unseen")` of those that speak of something, `headline` names those of the first screen.

    >>> sim.measures.lwbs_or_ama.better
    'low'
    """

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @cached_property
    def _measures(self) -> dict[str, ListedMeasure]:
        from sim.engine.measures.catalogue import MEASURES

        return {
            item.key: ListedMeasure(
                item.key, item.label, item.unit, item.numerator, item.denominator, item.censoring, item.better, item.by
            )
            for item in MEASURES
        }

    @property
    def headline(self) -> tuple[str, ...]:
        """Names, with their parts, of the measures of the first screen, which are judged together.

        >>> sim.measures.headline[0] in sim.measures
        True
        """
        from sim.engine.measures.catalogue import HEADLINE

        return HEADLINE

    def summary(self) -> "pd.DataFrame":
        """A row for each measure, by name: label, unit, better, counts, over, left_out, by.

        >>> sim.measures.summary().loc["lwbs_or_ama", "unit"]
        'proportion'
        """
        import pandas as pd

        columns = ["name", "label", "unit", "better", "counts", "over", "left_out", "by"]
        rows = [[getattr(item, column) for column in columns] for item in self._measures.values()]
        return pd.DataFrame(rows, columns=columns).set_index("name")

    def search(self, words: str) -> "pd.DataFrame":
        """The rows of `summary()` whose name, label or count has all of these words, in any order and either case.

        >>> "lwbs_or_ama" in sim.measures.search("left advice").index
        True
        """
        table = self.summary()
        texts = (table.index + " " + table["label"] + " " + table["counts"]).str.lower()
        wanted = words.lower().split()
        return table[[all(word in text for word in wanted) for text in texts]]

    def __getitem__(self, name: str) -> ListedMeasure:
        found = self._measures.get(str(name).partition(".")[0])
        if found is None:
            raise KeyError(self._unknown(str(name)))
        return found

    def __getattr__(self, name: str) -> ListedMeasure:
        if name.startswith("_") or name not in self._measures:
            raise AttributeError(name if name.startswith("_") else self._unknown(name))
        return self._measures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._measures)

    def __len__(self) -> int:
        return len(self._measures)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._measures]

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._measures)

    def __repr__(self) -> str:
        return lines_text(f"{len(self)} measures", self._facts_in_words())

    def _repr_html_(self) -> str:
        return lines_html(f"{len(self)} measures", self._facts_in_words())

    def _facts_in_words(self) -> Iterator[NameAndText]:
        yield "one", 'sim.measures["lwbs_or_ama"]'
        yield "table", '.summary(), or .search("unseen")'
        yield "first screen", f"{len(self.headline)} in .headline, such as {self.headline[0]}"

    def _unknown(self, name: str) -> str:
        return f"no measure {name!r}; {did_you_mean(name.partition('.')[0], self._measures)}"
