"""What has been checked before, so that the many scenarios of a sweep check no group twice and share what is equal.

How a group is checked is `sim.config.checking`, how its parts must fit `sim.department.scenario`.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, TypeVar

from sim.config.checking import Checked, checked
from sim.config.key_paths import Plain
from sim.department.arrivals import Profile, Steady
from sim.department.scenario import Check, Problem, Scenario, checks, checks_of_rosters, hash_of_parts, part_json

Found = TypeVar("Found")


class Known:
    """Answers by question, kept as long as this is."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}
        self._files: dict[int, tuple[Plain, str]] = {}

    def once(self, question: Hashable, answer: Callable[[], Found]) -> Found:
        """The answer given before, or this one."""
        if question not in self._answers:
            self._answers[question] = answer()
        found: Found = self._answers[question]
        return found

    def checked(self, group: str, data: Plain, references: Sequence[Plain]) -> Checked:
        """The group's value; data that are written alike are one value, the same object."""
        told = [self._text_of_file(reference) for reference in references]
        own = next((text for text, reference in zip(told, references, strict=True) if data is reference), None)
        # repr tells 1 from 1.0 and from true, which equality does not.
        return self.once((group, own or repr(data), *told), lambda: checked(group, data, references))

    def _text_of_file(self, data: Plain) -> str:
        """How the data of a file are written; they are kept, so that no others can take their identity."""
        if id(data) not in self._files:
            self._files[id(data)] = (data, repr(data))
        return self._files[id(data)][1]

    def content_hash(self, scenario: Scenario) -> str:
        """The scenario's own, of groups that were checked here."""
        parts = {name: getattr(scenario, name) for name in Scenario.model_fields}
        kept = {name: part for name, part in parts.items() if name != "period"}
        told = {name: self.once(("json", id(part)), partial(part_json, part)) for name, part in kept.items()}
        return hash_of_parts(told | {"period": part_json(scenario.period)})

    def contradictions(
        self, scenario: Scenario, unsure_roles: frozenset[str], repaired: frozenset[str]
    ) -> tuple[Problem, ...]:
        """What does not fit among the parts of a scenario whose groups were checked here.

        `unsure_roles` and the parts `repaired` had faults, and do not stand as the user wrote them.
        """
        found: list[Problem] = []
        every = (*checks(unsure_roles, repaired), *checks_of_rosters(unsure_roles, repaired))
        for number, (check, names) in enumerate(every):
            seen = [told_apart(getattr(scenario, name)) for name in names]
            found += self.once(("check", number, unsure_roles, repaired, *seen), partial(told, check, scenario))
        return tuple(found)


def told_apart(part: object) -> Hashable:
    """What tells parts apart; of a demand that is no list of visits only streams and acuities are looked at."""
    if not isinstance(part, Profile | Steady):
        return id(part)
    return tuple(part.streams()), tuple(sorted(part.acuity_mix.items()))


def told(check: Check, scenario: Scenario) -> tuple[Problem, ...]:
    """All that a check says."""
    return tuple(check(scenario))
