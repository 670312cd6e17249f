"""Changes of a pathway by the names of its steps, so that a department need not copy the steps it keeps.

An entry of `changed_steps` is a step with one word more: `after` or `before` the step of that name, or to `replace`
it; `change` sets keys of the step of that name, `remove` takes it out. A step without such a word comes last. Entries
are data, applied in their order. Those of a file are applied to what the files before it say, those typed at the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.config.key_paths import put_value
from sim.config.remedies import short_repr
from sim.department.scenario import Problem
from sim.io.plain_data import Plain, copied, value_or
from sim.io.suggest import did_you_mean

CHANGED, ADDED = "changed_steps", "added_steps"
"""The key in a stream, and its name in earlier versions, when steps could be added at the end only."""
WAYS_OF_CHANGING = ("after", "before", "replace", "change", "remove")
MOST_CHANGED_STEPS = 1_000
"""Entries of one stream in one file; each looks through the pathway, which no honest department has a tenth of."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What one place says of the steps of a stream: in a file, or typed; `path` is the place, in full."""

    stream: str
    entries: Plain
    path: str


def taken_out(data: Mapping[str, Plain], place: str) -> tuple[dict[str, Plain], list[Changes]]:
    """The data of a department without the changes it says, and these. `place`: what stands before the key."""
    kept, found = dict(data), list[Changes]()
    streams = data.get("streams")
    for name, stream in streams.items() if isinstance(streams, dict) else ():
        said = [key for key in (CHANGED, ADDED) if isinstance(stream, dict) and key in stream]
        if said:
            kept["streams"] = {**kept["streams"], name: {key: stream[key] for key in stream if key not in said}}
            found += [Changes(name, stream[key], f"{place}streams.{name}.{key}") for key in said]
    return kept, found


def applied(department: Plain, changes: Sequence[Changes]) -> list[Problem]:
    """Apply changes to the pathways of a department, in the mapping itself, and say what is wrong with the others.

    Lists and steps are replaced, not changed: they may be shared.
    """
    problems: list[Problem] = []
    for one in changes:
        streams = department.get("streams")
        if isinstance(streams, dict) and one.stream not in streams:
            problems.append(Problem(one.path, repr(one.stream), f"no such stream; {did_you_mean(one.stream, streams)}"))
            continue
        steps = value_or(streams, (one.stream, "pathway"), None)
        if fault := fault_of_place(one, steps):
            problems.append(Problem(one.path, *fault))
            continue
        steps = list(steps)
        for entry in one.entries:
            if fault := fault_of_change(entry, steps):
                problems.append(Problem(one.path, *fault))
            else:
                apply_change(entry, steps)
        department["streams"] = {**streams, one.stream: {**streams[one.stream], "pathway": steps}}
    return problems


def fault_of_place(one: Changes, steps: Plain) -> tuple[str, str] | None:
    """Why no entry can be applied, as value and remedy; None if they can be."""
    if one.path.endswith(ADDED):
        ways = ", ".join(WAYS_OF_CHANGING)
        return short_repr(one.entries), f"it has a new name: write {CHANGED}, in which an entry may also say {ways}"
    if not isinstance(steps, list):
        return short_repr(
            one.entries
        ), "there is no pathway to change: write pathway, or name a file that has one first"
    if not isinstance(one.entries, list):
        return short_repr(one.entries), "give a list: a line for each change, after a -"
    if len(one.entries) > MOST_CHANGED_STEPS:
        return f"{len(one.entries):,} entries", f"more than {MOST_CHANGED_STEPS:,} changes: write the pathway"
    return None


def fault_of_change(entry: Plain, steps: list[Plain]) -> tuple[str, str] | None:
    """What is wrong with an entry, as value and remedy; None if it can be applied to these steps."""
    if not isinstance(entry, dict):
        return short_repr(entry), "not a step: write {after: STEP, name: …, kind: …} or {remove: STEP}"
    ways = [way for way in WAYS_OF_CHANGING if way in entry]
    written = ", ".join(f"{way}: {entry[way]}" for way in ways)
    if len(ways) != 1:
        return (written, f"one entry is one change: keep {' or '.join(ways)}") if ways else None
    (way,) = ways
    if entry[way] not in (names := names_of(steps)):
        return short_repr(written)[1:-1], f"no such step in this pathway; {did_you_mean(str(entry[way]), names)}"
    if way == "remove" and len(entry) > 1:
        return written, f"takes the step out and says nothing else: leave out {', '.join(map(str, set(entry) - {way}))}"
    if way == "change" and len(entry) == 1:
        return written, "changes nothing: add the keys to set, as in share: 0.5"
    return None


def apply_change(entry: Mapping[str, Plain], steps: list[Plain]) -> None:
    """Apply a sound entry to a list of steps."""
    way = next((way for way in WAYS_OF_CHANGING if way in entry), None)
    step = {key: value for key, value in entry.items() if key not in WAYS_OF_CHANGING}
    if way is None:
        steps.append(step)
        return
    at = names_of(steps).index(entry[way])
    if way == "remove":
        del steps[at]
    elif way == "change":
        changed = [copied(steps[at])]
        put_value(changed, (0,), copied(step))
        steps[at] = changed[0]
    elif way == "replace":
        steps[at] = {"name": entry[way]} | step
    else:
        steps.insert(at + (way == "after"), step)


def names_of(steps: list[Plain]) -> list[Plain]:
    """Names of steps, None for what has none."""
    return [step.get("name") if isinstance(step, dict) else None for step in steps]
