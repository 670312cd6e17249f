"""What an unknown table most likely means: which column is which field, and what its words and codes stand for.

A column is known by the words of its name and by what it holds. What is unclear is None.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sim.visits.column_map import TIME_FIELDS
from sim.visits.column_names import DURATION, FIELD_WORDS, NO_IDENTITY, OF_BIRTH, names_a_site
from sim.visits.column_profile import ColumnProfile

_FEWEST_ALIKE: Final = 0.5
_MOST_LEVELS: Final = 10
_DISPOSITION: Final = (
    ("lwbs", ("lwbs", "without being seen", "before being seen", "did not wait", "dnw", "not seen")),
    ("ama", ("against", "ama", "eloped", "absconded", "walked out", "left before", "avvikit", "self-discharge")),
    ("died", ("died", "death", "expired", "deceased", "dead", "avliden")),
    ("transfer", ("transfer", "other hospital", "another hospital", "sjukhus", "other facility")),
    ("admission", ("admit", "admission", "ward", "icu", "picu", "inpatient", "avdelning", "hospitalis", "hospitaliz")),
    ("discharge", ("discharge", "home", "hemmet", "gp", "follow-up", "outpatient", "mottagning", "primar", "primär")),
)  # fmt: skip
_MODE: Final = (
    ("ambulance", ("ambulance", "ems", "helicopter", "paramedic", "air")),
    ("police", ("police",)),
    ("walk_in", ("walk", "foot", "car", "private", "self", "taxi", "bus", "public", "own", "parent", "family")),
    ("other", ("other",)),
)  # fmt: skip
_STREAM: Final = (
    ("mental_health", ("mental", "psych", "behavioural", "behavioral", "mh")),
    ("medical", ("medical", "medicine", "surgical", "surgery", "trauma", "injury", "somatic", "physical")),
)
_SIGNS_OF_WORDS: Final = {"disposition": _DISPOSITION, "mode": _MODE, "stream": _STREAM}
_LEVELS: Final = (
    (5, ("nonurgent", "nonurgency", "blue", "minor", "notpriority")),
    (4, ("lessurgent", "semiurgent", "standard", "green", "lessurgency")),
    (2, ("emergent", "emergency", "veryurgent", "orange")),
    (1, ("resuscitation", "resus", "immediate", "red", "critical")),
    (3, ("urgent", "urgency", "yellow")),
)
_SAYS_YES, _SAYS_NO = ("1", "y", "yes", "true", "t"), ("0", "n", "no", "false", "f")


@dataclass(slots=True)
class Roles:
    """The column of each field found, and the pairs of date and time of day that are one time.

    `hour` stands beside the date of the arrival, `count` beside its time. `repeats` says whether several rows share a
    `visit`; `unsure` lists the fields that were not known by name.
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
    roles: Roles, columns: Sequence[ColumnProfile], name: str, fits: Callable[[ColumnProfile], bool]
) -> ColumnProfile | None:
    """The column without a role, of those that fit, whose name has the likeliest word of the field; fullest first."""
    taken, words = roles.taken(), FIELD_WORDS[name]
    found = [
        (min(words.index(word) for word in each.tokens if word in words), -each.n_filled, place)
        for place, each in enumerate(columns)
        if each.name not in taken and fits(each) and any(word in words for word in each.tokens)
    ]
    return columns[min(found)[2]] if found else None


def _fill(
    roles: Roles, columns: Sequence[ColumnProfile], name: str, fits: Callable[[ColumnProfile], bool]
) -> ColumnProfile | None:
    """Give a field its best column, if there is one."""
    found = _best(roles, columns, name, fits)
    if found is not None:
        roles.column[name] = found
    return found


# --- times ---


def _find_times(roles: Roles, columns: Sequence[ColumnProfile]) -> None:
    """Times in one column, or in one of the date and one of the time of day whose names share a word."""
    for name in ("arrival", *TIME_FIELDS):
        if _fill(roles, columns, name, lambda each: each.kind == "time"):
            continue
        date = _best(roles, columns, name, lambda each: each.kind == "date")
        time = _best(roles, columns, name, lambda each: each.kind == "time of day")
        if date is not None and time is not None:
            roles.column[name], roles.time_of_date[name] = date, time
    if "arrival" not in roles.column:
        _find_unnamed_arrival(roles, columns)


def _find_unnamed_arrival(roles: Roles, columns: Sequence[ColumnProfile]) -> None:
    """The only column of times left, or of dates with an hour or a time of day beside it."""
    taken = roles.taken()
    free = [each for each in columns if each.name not in taken]
    times, dates = (
        [each for each in free if each.kind == kind and not each.tokens & OF_BIRTH] for kind in ("time", "date")
    )
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


def _is_hour(column: ColumnProfile) -> bool:
    is_named = any(word in ("hour", "hours", "hr", "hh", "time", "stunde") for word in column.tokens)
    return is_named and column.kind == "number" and column.is_whole and column.least >= 0 and 12 < column.most <= 23


# --- words and numbers ---


def _find_words(roles: Roles, columns: Sequence[ColumnProfile]) -> None:
    _fill(roles, columns, "acuity", _has_levels)
    for name in _SIGNS_OF_WORDS:
        _fill(roles, columns, name, lambda each: bool(each.words) and not names_a_site(each.name))


def _has_levels(column: ColumnProfile) -> bool:
    """Whether a column may hold levels of acuity: few words or whole numbers, no duration."""
    return 2 <= len(column.words) <= _MOST_LEVELS and not column.tokens & DURATION


def _find_numbers(roles: Roles, columns: Sequence[ColumnProfile]) -> None:
    _fill(roles, columns, "wait_minutes", _is_amount)
    _fill(roles, columns, "stay_minutes", _is_amount)
    _fill(roles, columns, "triage_minutes", lambda each: _is_amount(each) and bool(each.tokens & DURATION))
    _fill(roles, columns, "age", _is_amount)


def _is_amount(column: ColumnProfile) -> bool:
    return column.kind == "number" and column.least >= 0 and "id" not in column.tokens


# --- identities, sites, counts ---


def _find_identities(roles: Roles, columns: Sequence[ColumnProfile]) -> None:
    patient_words = set(FIELD_WORDS["patient"])
    visit = _best(roles, columns, "visit", lambda each: _may_identify(each) and not each.tokens & patient_words)
    if visit is not None and visit.n_filled == visit.n_rows:
        roles.column["visit"] = visit
        roles.repeats = visit.n_different < visit.n_filled
    _fill(roles, columns, "patient", _may_identify)
    taken = roles.taken()
    site = next((each for each in columns if each.name not in taken and names_a_site(each.name)), None)
    if site is not None:
        roles.column["site"] = site


def _may_identify(column: ColumnProfile) -> bool:
    """Whether values differ enough to be identities."""
    is_code = column.kind in ("text", "words") or (column.kind == "number" and column.is_whole)
    is_code &= not column.tokens & NO_IDENTITY
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
    found = _best(roles, columns, "count", lambda each: _is_amount(each) and each.is_whole)
    if found is None and "visit" in roles.column and roles.column["visit"].tokens & set(FIELD_WORDS["count"]):
        found = roles.column["visit"]
    if found is not None and is_regular and found.n_different < 0.9 * found.n_rows:
        roles.count = found
        for name in ("visit", "patient"):
            if roles.column.get(name) is found:
                del roles.column[name]


# --- words and codes ---


def meaning(field: str, word: str, column: str) -> str | None:
    """The word of a field's vocabulary; of a yes-or-no column named after a word, by its name."""
    written = " ".join(word.lower().replace("_", " ").split())
    for known, signs in _SIGNS_OF_WORDS[field]:
        if written == known.replace("_", " ") or any(_begins_a_word(sign, written) for sign in signs):
            return known
    named = next((known for known, _ in _SIGNS_OF_WORDS[field] if known in column.lower()), None)
    if named is not None and written in _SAYS_YES:
        return named
    return "other" if named == "ambulance" and written in _SAYS_NO else None


def _begins_a_word(sign: str, written: str) -> bool:
    """Whether a word of the text begins with the sign, and is the sign where that is short."""
    return re.search(rf"\b{re.escape(sign)}{chr(92) + 'b' if len(sign) < 4 else ''}", written) is not None


def level(word: str) -> int | None:
    """The acuity level of a code or a word: 1 to 5 alone or at the end, colours, names of levels."""
    written = re.sub(r"[^a-z0-9.]", "", word.lower())
    number = re.fullmatch(r"(?:[a-z]*)([1-5])(?:\.0)?", written)
    if number is not None:
        return int(number[1])
    return next((each for each, signs in _LEVELS if any(sign == written for sign in signs)), None)
