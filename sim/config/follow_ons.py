"""Many problems of one cause reported once: with how many places it shows in, a few of them, and the cure.

The causes are a file that leaves out what the shipped choice has, and a name that is wrong in many places. That there
is a problem at all is found by `sim.config.checking` and `sim.department.scenario`.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.config.key_paths import MODELS, TAGS, is_model, models_of, put_value
from sim.config.roster_shorthand import hoisted
from sim.department.scenario import Problem
from sim.io.plain_data import Plain, copied, value_or
from sim.io.strict_yaml import read_checked_yaml
from sim.io.suggest import closest

_FEW = 2
"""Places that are still listed one by one."""
_SHOWN = 3
"""Places that are named of many."""

HOLDERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "role": ("staffing", ()),
    "zone": ("department", ("zones",)),
    "stream": ("department", ("streams",)),
    "boarding time": ("boarding", ("times",)),
}
"""Which group holds things of a kind, and under which keys."""


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A chosen file of the user's own. `shipped_name` is the usual choice of its group, `shipped` what that one holds.

    `inherits`: the file names others in its `defaults`.
    """

    file: Path
    inherits: bool
    shipped_name: str
    shipped: Plain

    def cure(self, group: str) -> str:
        """What to add so that the file has what the usual choice has."""
        what = f"the {self.shipped_name} team" if group == "staffing" else f"the shipped {group}"
        if self.inherits:
            cure = (
                f"name {self.shipped_name} first in the defaults of {near(self.file)} to keep {what}, or add them there"
            )
        else:
            line = f"defaults: [{self.shipped_name}, _self_]"
            cure = f"add the line {line} at the top of {near(self.file)} to keep {what} and change only what differs"
        return f"{cure}{self.warning_of_shifts() if group == 'staffing' else ''}"

    def warning_of_shifts(self) -> str:
        """Whose shifts will add up once the file inherits: the hours would rise unnoticed."""
        said = read_checked_yaml(self.file)
        roles = hoisted(said) if isinstance(said, dict) else {}
        both = [name for name, role in roles.items() if isinstance(role, dict) and "shifts" in role]
        both = [name for name in both if isinstance(self.shipped, dict) and "shifts" in (self.shipped.get(name) or {})]
        if not both:
            return ""
        whose = f"{', '.join(both)} inherit{'s' if len(both) == 1 else ''}"
        return f" (the shifts that {whose} stay beside these: set heads: 0 in those to take away)"


def near(file: Path) -> str:
    """A path as short as it can be from the working directory."""
    try:
        inside = file.is_relative_to(Path.cwd())
    except OSError:  # the working directory is gone
        inside = False
    return Path(os.path.relpath(file)).as_posix() if inside else str(file)


def collapsed(problems: Sequence[Problem], own: Mapping[str, OwnFile], typed: Collection[str] = ()) -> list[Problem]:
    """The problems, those of one cause as one, what whole files lack first.

    `own` has the user's own files by group. A problem of a key that was `typed` has its cause in that word, and stays.
    """
    rest, lacking = list(problems), []
    for kind, (group, keys) in HOLDERS.items():
        if group not in own:
            continue
        absent = [problem for problem in rest if is_left_out(problem, kind, own[group], keys)]
        if absent:
            lacking.append(problem_of_file(absent, kind, group, own[group]))
            rest = [problem for problem in rest if problem not in absent]
    return [*lacking, *by_name(rest, typed)]


def is_left_out(problem: Problem, kind: str, own: OwnFile, keys: tuple[str, ...]) -> bool:
    """The problem is about something the usual choice has and the file has not, not even under a similar name."""
    if problem.about is None or problem.about[0] != kind or "did you mean" in problem.remedy:
        return False
    return problem.about[1] in value_or(own.shipped, keys, ())


def problem_of_file(absent: Sequence[Problem], kind: str, group: str, own: OwnFile) -> Problem:
    """All that a file leaves out, as one problem."""
    first_place = {_name_of(problem): problem.path for problem in reversed(absent)}
    names = list(dict.fromkeys(_name_of(problem) for problem in absent))
    places = [first_place[name] for name in names]
    listed = _some(list(dict.fromkeys(places)), len({problem.path for problem in absent}))
    what = f"no {kind} {names[0]}" if len(names) == 1 else f"no {kind}s {', '.join(names)}"
    return Problem(group, what, f"{own.cure(group)}; named in {listed}")


def _name_of(problem: Problem) -> str:
    """The name a problem is about."""
    return problem.about[1] if problem.about is not None else problem.value


def by_name(problems: Sequence[Problem], typed: Collection[str]) -> list[Problem]:
    """Problems about the same name in more than a few places as one, where the first of them stood."""
    alike: dict[object, list[Problem]] = {}
    for problem in problems:
        alike.setdefault(cause_of(problem, typed), []).append(problem)
    return [one for same in alike.values() for one in (same if len(same) <= _FEW else [_together(same)])]


def cause_of(problem: Problem, typed: Collection[str]) -> object:
    """What problems of one cause have in common; a problem by itself is its own."""
    alone = problem.about is None or problem.path in typed
    return problem if alone else (problem.about, problem.remedy)


def _together(same: Sequence[Problem]) -> Problem:
    """One problem for all places of a name."""
    first = same[0]
    places = list(dict.fromkeys(problem.path for problem in same))
    assert first.about is not None
    kind, name = first.about
    if kind == "peer":
        remedy = f"{first.remedy}, or do not make {name} the role of peer support"
        return replace(first, path=f"staffing.{name}", remedy=f"{remedy}; required in {_some(places, len(places))}")
    return replace(first, remedy=f"{first.remedy}; the same in {_some(places[1:], len(places) - 1, 'more ')}")


def _some(places: Sequence[str], n_places: int, more: str = "") -> str:
    """How many places, and the first of them."""
    shown = ", ".join(places[:_SHOWN])
    noun = "place" if n_places == 1 else "places"
    return f"{n_places} {more}{noun}{', such as' if n_places > _SHOWN else ':'} {shown}"


def completed(group: str, data: Plain, own: OwnFile | None) -> tuple[Plain, list[Problem]]:
    """A group whose file leaves out what every such file needs, as if it inherited the usual choice; and that it does.

    What else is wrong with the file can then be looked for.
    """
    if own is None or own.inherits or not isinstance(data, dict) or is_of_another_kind(data, own.shipped):
        return data, []
    lacking = left_out(group, data)
    if not lacking:
        return data, []
    whole = {group: copied(own.shipped)}
    put_value(whole, (group,), copied(data))
    return whole[group], [Problem(group, f"no {', '.join(lacking)}", own.cure(group))]


def is_of_another_kind(data: Mapping[str, Any], shipped: Plain) -> bool:
    """The file is of a kind that the usual choice is not, such as a list of visits for a profile of hours."""
    return any(tag in data and data[tag] != shipped.get(tag, data[tag]) for tag in TAGS)


def left_out(group: str, data: Mapping[str, Any]) -> list[str]:
    """Keys a group must have and has not, not even misspelt."""
    models = [kind for kind in models_of(MODELS[group], data) if is_model(kind)]
    needed = [name for name, field in models[0].model_fields.items() if field.is_required()]
    if len(models) > 1:
        needed = ["kind"]
    known = {name for model in models for name in model.model_fields}
    misspelt = {closest(str(key), known) for key in set(data) - known}
    return [name for name in needed if name not in data and name not in misspelt]
