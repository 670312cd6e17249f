"""Which column of an unknown table is which field of a visit, by its name and by what it holds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sim.visits.column_names import names_a_site
from sim.visits.column_profile import ColumnProfile

_ARRIVAL = (
    "arrival",
    "arrived",
    "arrive",
    "arr",
    "intime",
    "registration",
    "registered",
    "checkin",
    "presented",
    "came",
)
_TRIAGE = ("triage", "triaged")
_PHYSICIAN = (
    "physician",
    "doctor",
    "clinician",
    "provider",
    "seen",
    "assessment",
    "assessed",
    "md",
    "pia",
    "treatment",
)
_DEPARTURE = (
    "departure", "departed", "depart", "dep", "exit", "leave", "left", "outtime", "discharge", "checkout", "end", "out",
)  # fmt: skip
TIME_WORDS: Final = {
    "arrival": _ARRIVAL, "triage_time": _TRIAGE, "physician_time": _PHYSICIAN, "departure_time": _DEPARTURE,
}  # fmt: skip
"""Words in the names of columns of times, those of the same column in the order in which fields are looked for."""
_NUMBER_WORDS: Final = {
    "wait_minutes": ("wait", "waiting", "waittime", "waited"),
    "stay_minutes": ("los", "stay", "lov", "length", "loset"),
    "triage_minutes": ("triage", "ktas"),
    "age": ("age", "ageyears", "alter"),
}
_DURATION: Final = ("min", "mins", "minutes", "minute", "duration", "hours", "hrs", "seconds", "sec")
_ACUITY: Final = (
    "acuity",
    "esi",
    "ctas",
    "ktas",
    "mts",
    "immedr",
    "triage",
    "level",
    "priority",
    "severity",
    "urgency",
)
_WORD_FIELDS: Final = {
    "disposition": ("disposition", "dispo", "outcome", "discharged", "departure", "ended", "disp"),
    "mode": ("mode", "transport", "ambulance", "conveyance"),
    "stream": ("stream",),
}
_VISIT: Final = ("visit", "encounter", "stay", "csn", "account", "episode", "attendance", "case", "number")
_PATIENT: Final = ("patient", "subject", "mrn", "pid", "person", "pseudonym", "client", "who")
_COUNT: Final = ("count", "counts", "n", "arrivals", "attendances", "visits", "number", "total")
_NAMES_AND_TEXTS: Final = frozenset((
    "name", "surname", "forename", "firstname", "lastname", "dob", "birth", "address", "email", "phone", "reason",
    "complaint", "notes", "note", "comment", "comments", "text", "description", "type", "age",
))  # fmt: skip
"""Never an identity of a visit or a patient, however different."""
_FEWEST_ALIKE: Final = 0.5
_MOST_LEVELS: Final = 10


@dataclass(slots=True)
class Roles:
    """The column of each field found, and the pairs of date and time of day that are one time.

    `visit` identifies visits, and `repeats` says whether several rows share one; `is_sure` lists the fields that were
    known by name.
    """

    column: dict[str, ColumnProfile] = field(default_factory=dict)
    time_of_date: dict[str, ColumnProfile] = field(default_factory=dict)
    hour: ColumnProfile | None = None
    count: ColumnProfile | None = None
    repeats: bool = False
    unsure: list[str] = field(default_factory=list)

    def taken(self) -> set[str]:
        """Names of the columns that have a role."""
        known = [*self.column.values(), *self.time_of_date.values(), self.hour, self.count]
        return {each.name for each in known if each is not None}


def roles_of(columns: Sequence[ColumnProfile]) -> Roles:
    """The likeliest role of each column; a column has one at most."""
    roles = Roles()
    filled = [each for each in columns if each.kind != "empty"]
    _find_times(roles, filled)
    _find_words(roles, filled)
    _find_numbers(roles, filled)
    _find_identities(roles, filled)
    _find_counts(roles, filled)
    return roles


def _best(
    roles: Roles, columns: Sequence[ColumnProfile], words: Sequence[str], fits: Callable[[ColumnProfile], bool]
) -> ColumnProfile | None:
    """The column without a role, of those that fit, whose name has the first of these words; fullest and first."""
    taken = roles.taken()
    found = [
        (min(words.index(word) for word in each.tokens if word in words), -each.n_filled, place, each)
        for place, each in enumerate(columns)
        if each.name not in taken and fits(each) and any(word in words for word in each.tokens)
    ]
    return min(found, key=lambda one: one[:3])[3] if found else None


# --- times ---


def _find_times(roles: Roles, columns: Sequence[ColumnProfile]) -> None:
    """Times in one column, or in one of the date and one of the time of day whose names share a word."""
    for name, words in TIME_WORDS.items():
        found = _best(roles, columns, words, lambda each: each.kind == "time")
        if found is not None:
            roles.column[name] = found
            continue
        date = _best(roles, columns, words, lambda each: each.kind == "date")
        time = _best(roles, columns, words, lambda each: each.kind == "time of day")
        if date is not None and time is not None:
            roles.column[name], roles.time_of_date[name] = date, time
    if "arrival" not in roles.column:
        _find_unnamed_arrival(roles, columns)


def _find_unnamed_arrival(roles: Roles, columns: Sequence[ColumnProfile]) -> None:
    """The only column of times left, or of dates with an hour or a time of day beside it."""
    taken = roles.taken()
    free = [each for each in columns if each.name not in taken]
    times, dates = ([each for each in free if each.kind == kind and not _is_birth(each)] for kind in ("time", "date"))
    of_day = [each for each in free if each.kind == "time of day"]
    hours = [each for each in free if _is_hour(each)]
    if times:
        roles.column["arrival"] = times[0]
        if len(times) > 1 or not times[0].tokens & {"time", "datetime", "date", "t", "timestamp"}:
            roles.unsure.append("arrival")
    elif dates and (of_day or hours):
        roles.column["arrival"] = dates[0]
        if hours and not of_day:
            roles.hour = hours[0]
        else:
            roles.time_of_date["arrival"] = of_day[0]
    elif dates:
        roles.column["arrival"] = dates[0]


def _is_birth(column: ColumnProfile) -> bool:
    return bool(column.tokens & {"dob", "birth", "birthdate", "born"})


def _is_hour(column: ColumnProfile) -> bool:
    is_named = any(word in ("hour", "hours", "hr", "hh", "time", "stunde") for word in column.tokens)
    return is_named and column.kind == "number" and column.is_whole and column.least >= 0 and 12 < column.most <= 23


# --- words and numbers ---


def _find_words(roles: Roles, columns: Sequence[ColumnProfile]) -> None:
    acuity = _best(roles, columns, _ACUITY, _has_levels)
    if acuity is not None:
        roles.column["acuity"] = acuity
    for name, words in _WORD_FIELDS.items():
        found = _best(roles, columns, words, lambda each: bool(each.words) and not names_a_site(each.name))
        if found is not None:
            roles.column[name] = found


def _has_levels(column: ColumnProfile) -> bool:
    """Whether a column may hold levels of acuity: few words or whole numbers, no duration."""
    return 2 <= len(column.words) <= _MOST_LEVELS and not column.tokens & set(_DURATION)


def _find_numbers(roles: Roles, columns: Sequence[ColumnProfile]) -> None:
    for name, words in _NUMBER_WORDS.items():
        fits = _is_duration if name == "triage_minutes" else _is_amount
        found = _best(roles, columns, words, fits)
        if found is not None:
            roles.column[name] = found


def _is_amount(column: ColumnProfile) -> bool:
    return column.kind == "number" and column.least >= 0 and "id" not in column.tokens


def _is_duration(column: ColumnProfile) -> bool:
    return _is_amount(column) and bool(column.tokens & set(_DURATION))


# --- identities, sites, counts ---


def _find_identities(roles: Roles, columns: Sequence[ColumnProfile]) -> None:
    visit = _best(roles, columns, _VISIT, lambda each: _may_identify(each) and not each.tokens & set(_PATIENT))
    if visit is not None and visit.n_filled == visit.n_rows:
        roles.column["visit"] = visit
        roles.repeats = visit.n_different < visit.n_filled
    patient = _best(roles, columns, _PATIENT, _may_identify)
    if patient is not None:
        roles.column["patient"] = patient
    taken = roles.taken()
    site = next((each for each in columns if each.name not in taken and names_a_site(each.name)), None)
    if site is not None:
        roles.column["site"] = site


def _may_identify(column: ColumnProfile) -> bool:
    """Whether values differ enough to be identities."""
    is_code = column.kind in ("text", "words") or (column.kind == "number" and column.is_whole)
    is_code &= not column.tokens & _NAMES_AND_TEXTS
    return is_code and column.n_different >= min(_FEWEST_ALIKE * column.n_filled, max(20, column.n_filled // 50))


def _find_counts(roles: Roles, columns: Sequence[ColumnProfile]) -> None:
    """A column of counts beside a time that is different in every row, or a date and an hour."""
    arrival = roles.column.get("arrival")
    beside = roles.hour or arrival
    if arrival is None or beside is None or len(roles.column) > 2 + ("stream" in roles.column):
        return
    is_regular = arrival.n_different > 0.9 * arrival.n_rows or (
        roles.hour is not None and arrival.n_different * 12 < arrival.n_rows <= arrival.n_different * 24
    )
    found = _best(
        roles, columns, _COUNT, lambda each: each.kind == "number" and each.is_whole and each.least >= 0
    )  # fmt: skip
    if found is None and "visit" in roles.column and roles.column["visit"].tokens & set(_COUNT):
        found = roles.column["visit"]
    if found is not None and is_regular and found.n_different < 0.9 * found.n_rows:
        roles.count = found
        for name in ("visit", "patient"):
            if roles.column.get(name) is found:
                del roles.column[name]


def further_named(words: Sequence[str], columns: Sequence[ColumnProfile], taken: set[str]) -> Iterator[str]:
    """Names of further columns that have one of these words."""
    yield from (each.name for each in columns if each.name not in taken and each.tokens & set(words))
