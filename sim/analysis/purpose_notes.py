"""What is not measured in a department because no step of a stream says that it is for that."""

from collections.abc import Iterable, Iterator

from sim.department.pathway import Task
from sim.department.scenario import Scenario

LOST = {
    "triage": "waits for a physician count from arrival, and the wait for triage is not measured",
    "physician": "waits for a physician are not measured",
}
"""What is measured of no visit where no task of its stream has this purpose."""


def notes_on_purposes(scenarios: Iterable[Scenario]) -> tuple[str, ...]:
    """A sentence for each stream with patients and each purpose that none of its tasks has, each once."""
    return tuple(dict.fromkeys(note for scenario in scenarios for note in _notes_of(scenario)))


def _notes_of(scenario: Scenario) -> Iterator[str]:
    """The sentences about one scenario."""
    for name in scenario.demand.streams():
        stream = scenario.department.streams.get(name)
        purposes = {step.purpose for step in stream.pathway if isinstance(step, Task)} if stream else set(LOST)
        for purpose, lost in LOST.items():
            if purpose not in purposes:
                yield f"No step of stream {name} has purpose {purpose}: {lost}."
