"""From plain data to one validated value, with every problem named and not only the first.

A faulty entry is reported, put right for the moment, and the rest looked at again; what the whole must satisfy is
checked by `sim.department.scenario`. The many scenarios of a sweep check no group twice (`CheckCache`), and share the
values that are equal.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeVar, Union

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from sim.config import key_paths
from sim.config.key_paths import MODELS
from sim.config.remedies import remedy_of, short_repr, value_of
from sim.department.arrivals import Hourly, Profile, Steady
from sim.department.roster import WRITTEN_BY_PEOPLE
from sim.department.scenario import Check, Problem, Scenario, checks, checks_of_rosters, hash_of_parts, part_json
from sim.department.what_matters import that_matters
from sim.io.plain_data import KeyPath, Plain, copied, has_entry, keys_at, typed_path, value_at, value_or
from sim.io.suggest import closest

MOST_REPAIRS = 60
NEUTRAL: tuple[Plain, ...] = (1, 0, "none", {"family": "constant", "value": 1}, [], {}, [0, 1])
GONE = object()


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of pydantic at its place in the data."""

    place: KeyPath
    kind: str
    message: str
    details: ErrorDetails


@dataclass(frozen=True, slots=True)
class Checked:
    """A group's value, or None where it could not be put right, and what was wrong.

    `misspelt`: keys, as paths, that are not there because they were written under a similar name.
    """

    value: Any
    problems: tuple[Problem, ...]
    misspelt: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """The data with one entry replaced, or taken out for GONE."""

    data: Plain
    place: KeyPath
    value: Plain


@lru_cache(maxsize=16)
def adapter(group: str) -> TypeAdapter[Any]:
    """The validator of a group."""
    return TypeAdapter(MODELS[group])


def checked(group: str, data: Plain, references: Sequence[Plain]) -> Checked:
    """Validate one group; `references` are the group without the user's changes, used to look past a fault."""
    problems: dict[Problem, None] = {}
    data = copied(data)
    sound: list[Plain] | None = None
    changes: list[Change] = []
    misspelt: set[KeyPath] = set()
    for _ in range(MOST_REPAIRS):
        faults, value = validated(group, data)
        if not faults:
            return Checked(value, tuple(problems), frozenset(f"{group}.{typed_path(data, one)}" for one in misspelt))
        misspelt |= {place for fault in faults if (place := meant_by(group, data, fault)) is not None}
        for fault in faults:
            if fault.kind == "missing" and fault.place in misspelt:
                continue
            if not is_made_by(changes, group, data, fault, references):
                problems[problem_from_fault(f"{group}.", MODELS[group], data, fault)] = None
        if sound is None:
            sound = [reference for reference in references if not faults_of(group, reference)]
        change = repair(group, data, sound, faults[0])
        if change is None:
            break
        if faults[0].kind != "extra_forbidden":  # what has no place in the model cannot make anything else wrong
            changes.append(change)
        data = change.data
    return Checked(None, tuple(problems))


def meant_by(group: str, data: Plain, fault: Fault) -> KeyPath | None:
    """The place of the key that an unknown one was meant to be, if that is missing: said once, of the unknown one."""
    if fault.kind != "extra_forbidden" or not fault.place:
        return None
    around, word = value_at(data, fault.place[:-1]), str(fault.place[-1])
    close = closest(word, words_beside(MODELS[group], data, fault.place))
    return (*fault.place[:-1], close) if close and not has_entry(around, close) else None


def faults_of(group: str, data: Plain) -> list[Fault]:
    """Every fault of a group's data, one per place."""
    return validated(group, data)[0]


def validated(group: str, data: Plain) -> tuple[list[Fault], Any]:
    """Every fault of a group's data, one per place, and the value where there is none."""
    switches = [switch_fault(place, value) for place, value in switches_for_numbers(MODELS[group], data)]
    try:
        return switches, adapter(group).validate_python(data, context=WRITTEN_BY_PEOPLE)
    except ValidationError as error:
        return sifted([*switches, *faults_in(data, error)]), None


def faults_in(data: Plain, error: ValidationError) -> list[Fault]:
    """The errors of pydantic at their places in the data, one per place."""
    return sifted([fault_from(data, details) for details in error.errors(include_url=False)])


def switches_for_numbers(annotation: Any, data: Plain, place: KeyPath = ()) -> Iterator[tuple[KeyPath, bool]]:
    """Every true or false that stands where a number is meant; pydantic would read 1 or 0."""
    kinds = key_paths.models_of(annotation, data)
    if isinstance(data, bool):
        if bool not in kinds and (int in kinds or float in kinds):
            yield place, data
        return
    for key in keys_at(data):
        if not has_switch(data[key]):
            continue
        allowed = tuple(inner for kind in kinds if (inner := key_paths.annotation_of(kind, key)) is not None)
        if allowed:
            yield from switches_for_numbers(Union[allowed], data[key], (*place, key))  # noqa: UP007


def has_switch(data: Plain) -> bool:
    """There is a true or false in it; most data have none, and need not be gone through with their types."""
    return isinstance(data, bool) or any(has_switch(data[key]) for key in keys_at(data))


def switch_fault(place: KeyPath, value: bool) -> Fault:
    """The fault pydantic does not see."""
    details = ErrorDetails(type="float_type", loc=place, msg="Input should be a valid number", input=value)
    return Fault(place, "float_type", details["msg"], details)


def fault_from(data: Plain, details: ErrorDetails) -> Fault:
    """A fault with its place in the data as written."""
    return Fault(place_of(data, details), details["type"], details["msg"], details)


def place_of(data: Plain, details: ErrorDetails) -> KeyPath:
    """Pydantic's location without the tags of unions."""
    place: list[str | int] = []
    here = data
    *inner, last = details["loc"] or ("",)
    for segment in inner:
        if has_entry(here, segment) and not (isinstance(here, list) and not isinstance(segment, int)):
            place.append(segment)
            here = here[segment]
    if (
        details["type"] == "missing"
        or (isinstance(here, dict) and last in here)
        or (isinstance(here, list) and isinstance(last, int))
    ):
        place.append(last)
    return tuple(place)


def sifted(faults: list[Fault]) -> list[Fault]:
    """One fault per place: of the branches of a union, the one that understood the value best."""
    deeper = {fault.place[:length] for fault in faults for length in range(len(fault.place))}
    kept: dict[KeyPath, Fault] = {}
    for fault in faults:
        wrong_branch = fault.kind.endswith("_type")
        uncounted = fault.kind == "too_short"  # a faulty entry is not counted
        if (wrong_branch or uncounted) and fault.place in deeper:
            continue
        earlier = kept.get(fault.place)
        if earlier is None or (earlier.kind.endswith("_type") and not wrong_branch):
            kept[fault.place] = fault
    return list(kept.values())


def problem_from_fault(whole: str, model: Any, data: Plain, fault: Fault) -> Problem:
    """A fault as path, value and remedy; the path begins with the name of the `whole`, as `department.`."""
    place, value = fault.place, value_of(fault.details)
    if fault.kind == "value_error":
        place, value = pointed_at(data, place, value, fault.message)
    path = f"{whole}{typed_path(data, place)}".rstrip(". ")
    remedy = remedy_of(fault.details, words_beside(model, data, place))
    if fault.kind != "extra_forbidden" or not place:
        return Problem(path, value, remedy)
    word = str(place[-1])
    elsewhere = key_paths.remedy_of_foreign(key_paths.models_of(model, data), word) if len(place) == 1 else None
    return Problem(path, value, elsewhere or remedy, ("key", word))


def pointed_at(data: Plain, place: KeyPath, value: str, message: str) -> tuple[KeyPath, str]:
    """The entry a contradiction begins by naming, and what stands there if the message does not say."""
    words = message.removeprefix("Value error, ").split(" ")[0].split(".")
    named = [int(word) if word.isdigit() else word for word in words]
    entry = value_or(data, (*place, *named), GONE)
    if entry is GONE:
        return place, value
    return (*place, *named), value if ": " in message.removeprefix("Value error, ") else short_repr(entry)


def words_beside(model: Any, data: Plain, place: KeyPath) -> list[str]:
    """Fields that could stand where this key stands."""
    return key_paths.field_names(key_paths.kinds_at(model, data, place[:-1]))


def repair(group: str, data: Plain, references: Sequence[Plain], fault: Fault) -> Change | None:
    """The data with one fault out of the way, and as little else changed as can be; None if nothing helps."""
    for change in _candidates(data, references, fault):
        left = faults_of(group, change.data)
        if not any(is_same(fault, other) or is_cut_short(data, change.data, other) for other in left):
            return change
    return None


def is_made_by(changes: Sequence[Change], group: str, data: Plain, fault: Fault, references: Sequence[Plain]) -> bool:
    """Whether a fault is about what was put in place of faulty entries, and not about the user's own data.

    At or below such an entry it is. A contradiction further up may be about other entries: then it stays, word for
    word, whatever the entry is given, and is the user's own.
    """
    if any(is_within(fault.place, change.place) for change in changes if change.value is not GONE):
        return True
    below = [change for change in changes if is_within(change.place, fault.place)]
    return any(depends_on(change, group, data, fault, references) for change in below)


def is_within(place: KeyPath, outer: KeyPath) -> bool:
    """The place is the outer one, or stands somewhere in it."""
    return place[: len(outer)] == outer


def depends_on(change: Change, group: str, data: Plain, fault: Fault, references: Sequence[Plain]) -> bool:
    """Whether a contradiction changes or vanishes with an entry that was put right.

    A trial in which another contradiction comes first shows nothing. Where no trial shows anything, a contradiction
    that names an entry is believed to be about that entry, any other to be about all of them; but not to be about a
    key that was taken out of a mapping, where a default stands now.
    """
    before = {(other.place, subject(other)) for other in faults_of(group, data)}
    stays = False
    for trial in trials(change, data, references):
        left = faults_of(group, trial)
        if any(other.place == fault.place and other.message == fault.message for other in left):
            stays = True
        elif all((other.place, subject(other)) in before for other in left):
            return True
    if stays or (change.value is GONE and isinstance(change.place[-1], str)):
        return False
    named, _ = pointed_at(data, fault.place, "", fault.message)
    return is_within(change.place, named) or is_within(named, change.place)


def trials(change: Change, data: Plain, references: Sequence[Plain]) -> Iterator[Plain]:
    """The data with other values where an entry was put right, or with one again where it was taken out."""
    if change.value is GONE:
        around = value_at(data, change.place[:-1])
        for beside in [around[key] for key in keys_at(around)]:
            again = beside | {"name": TRIAL} if isinstance(beside, dict) and "name" in beside else beside
            yield with_entry(data, change.place, again)
        return
    for value in (GONE, *(value_or(reference, change.place, GONE) for reference in references), *NEUTRAL):
        if value is GONE or value != change.value:
            yield changed(data, change.place, value).data


TRIAL = "an entry on trial"


def with_entry(data: Plain, place: KeyPath, value: Plain) -> Plain:
    """A copy with one entry more, in a list before the one that stands there."""
    around = value_at(data, place[:-1])
    if isinstance(around, dict):
        return changed(data, place, value).data
    at = int(place[-1])
    return changed(data, place[:-1], [*around[:at], value, *around[at:]]).data


def is_cut_short(data: Plain, candidate: Plain, other: Fault) -> bool:
    """The repair took an entry out of a list that needs it."""
    return other.kind == "too_short" and len(value_at(candidate, other.place)) < len(value_at(data, other.place))


def is_same(fault: Fault, other: Fault) -> bool:
    """The old fault is still there, or its repair made a new one at or below its place."""
    at = other.place[: len(fault.place)] == fault.place
    new = len(other.place) > len(fault.place) or other.kind.startswith(("missing", "union_tag", "too_short"))
    new |= other.kind.endswith("_type") and not fault.kind.endswith("_type")
    return at and (new or (other.kind == fault.kind and subject(other) == subject(fault)))


def subject(fault: Fault) -> str:
    """What a message is about: the first word of our own, the whole of pydantic's."""
    own = fault.message.removeprefix("Value error, ")
    return own.split(" ")[0] if fault.kind == "value_error" else own


def _candidates(data: Plain, references: Sequence[Plain], fault: Fault) -> Iterator[Change]:
    """Ways to put a fault right, the smallest change first."""
    places = [*(below(data, fault.place) if fault.kind == "value_error" else ()), fault.place]
    if fault.kind != "extra_forbidden":
        for reference in references:
            yield from (
                changed(data, place, value_at(reference, place)) for place in places if differs(data, reference, place)
            )
    for place in places:
        if place:
            yield changed(data, place, GONE)
    if fault.place:
        yield from (changed(data, fault.place, value) for value in NEUTRAL)


def below(data: Plain, place: KeyPath) -> list[KeyPath]:
    """Places one and two levels down, the lower and the later ones first: of two alike the later is one too many."""
    one = [(*place, key) for key in keys_at(value_at(data, place))]
    two = [(*child, key) for child in one for key in keys_at(value_at(data, child))]
    return two[::-1] + one[::-1]


def differs(data: Plain, reference: Plain, place: KeyPath) -> bool:
    """The reference has something else at this place."""
    wanted, here = value_or(reference, place, GONE), value_or(data, place, GONE)
    return wanted is not GONE and (bool(here != wanted) or isinstance(here, bool) != isinstance(wanted, bool))


def changed(data: Plain, place: KeyPath, value: Plain) -> Change:
    """A copy with one entry replaced, or removed for GONE."""
    if not place:
        return Change(copied(value), place, value)
    data = copied(data)
    here = value_at(data, place[:-1])
    if value is not GONE and isinstance(here, list) and place[-1] == len(here):
        here.append(value)
    elif value is not GONE:
        here[place[-1]] = copied(value)
    elif has_entry(here, place[-1]):
        del here[place[-1]]
    return Change(data, place, value)


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

    def result_key(self, scenario: Scenario) -> str:
        """The result key of a scenario whose groups were checked here."""
        return self.content_hash(that_matters(scenario, self.get_or_compute))

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
    if not isinstance(part, Profile | Steady | Hourly):
        return id(part)
    return tuple(part.streams()), tuple(sorted(part.acuity_mix.items()))


def _run_check(check: Check, scenario: Scenario) -> tuple[Problem, ...]:
    """All problems a check finds."""
    return tuple(check(scenario))
