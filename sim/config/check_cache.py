"""Cache of checked groups: the many scenarios of a sweep check no group twice, and share the values that are equal.

How a group is checked is `sim.config.checking`, how its parts must fit `sim.department.scenario`.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, TypeVar

from sim.config.checking import Checked, checked
from sim.config.key_paths import Plain
from sim.department.arrivals import Profile, Steady
from sim.department.scenario import Check, Problem, Scenario, checks, checks_of_rosters, hash_of_parts, part_json

_Result = TypeVar("_Result")


class CheckCache:
    """Results by key, for one command: checked groups, files found, and what was wrong with them."""

    def __init__(self) -> None:
        self._results: dict[Hashable, Any] = {}
        self._files: dict[int, tuple[Plain, str]] = {}

    def get_or_compute(self, key: Hashable, compute: Callable[[], _Result]) -> _Result:
        """The result kept under a key, computed the first time."""
        if key not in self._results:
            self._results[key] = compute()
        kept: _Result = self._results[key]
        return kept

    def checked(self, group: str, data: Plain, references: Sequence[Plain]) -> Checked:
        """The group's value; data that are written alike are one value, the same object."""
        texts = [self._text_of_file(reference) for reference in references]
        own = next((text for text, reference in zip(texts, references, strict=True) if data is reference), None)
        # repr tells 1 from 1.0 and from true, which equality does not.
        return self.get_or_compute((group, own or repr(data), *texts), lambda: checked(group, data, references))

    def _text_of_file(self, data: Plain) -> str:
        """How the data of a file are written; they are kept, so that no others can take their identity."""
        if id(data) not in self._files:
            self._files[id(data)] = (data, repr(data))
        return self._files[id(data)][1]

    def content_hash(self, scenario: Scenario) -> str:
        """The content hash of a scenario whose groups were checked here."""
        parts = {name: getattr(scenario, name) for name in Scenario.model_fields}
        period = part_json(parts.pop("period"))
        written = {
            name: self.get_or_compute(("json", id(part)), partial(part_json, part)) for name, part in parts.items()
        }
        return hash_of_parts(written | {"period": period})

    def contradictions(
        self, scenario: Scenario, unsure_roles: frozenset[str], repaired: frozenset[str]
    ) -> tuple[Problem, ...]:
        """What does not fit among the parts of a scenario whose groups were checked here.

        `unsure_roles` and the parts `repaired` had faults, and do not stand as the user wrote them.
        """
        found: list[Problem] = []
        every = (*checks(unsure_roles, repaired), *checks_of_rosters(unsure_roles, repaired))
        for number, (check, names) in enumerate(every):
            parts = [identity_of(getattr(scenario, name)) for name in names]
            question = ("check", number, unsure_roles, repaired, *parts)
            found += self.get_or_compute(question, partial(_run_check, check, scenario))
        return tuple(found)


def identity_of(part: object) -> Hashable:
    """What tells parts apart in the cache; of a demand that is no list of visits only streams and acuities count."""
    if not isinstance(part, Profile | Steady):
        return id(part)
    return tuple(part.streams()), tuple(sorted(part.acuity_mix.items()))


def _run_check(check: Check, scenario: Scenario) -> tuple[Problem, ...]:
    """All problems a check finds."""
    return tuple(check(scenario))
