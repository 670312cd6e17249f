"""What the names of columns say: the words they are made of, and what those words stand for."""

import re
from typing import Final

_NAMES: Final = frozenset((
    "site", "sites", "sitecode", "siteid", "hospital", "hospitals", "hosp", "hospcode", "hospid", "hospitalid",
    "facility", "facilities", "fac", "facid", "provider", "trust", "campus", "centre", "center", "institution",
    "establishment", "organisation", "organization", "org", "edid", "edcode",
))  # fmt: skip
_BESIDE: Final = frozenset((
    "id", "ids", "code", "codes", "name", "no", "nr", "num", "number", "key", "cd", "ods", "label", "short", "the",
    "of",
))  # fmt: skip
_DEPARTMENT: Final = frozenset(("ed", "er", "ae", "emergency", "department", "dept", "unit", "nhs", "health"))


def words_of_name(name: str) -> list[str]:
    """The words that a column's name is made of, in lower case: `EDCode` and `ed_code` alike."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def names_a_site(name: str) -> bool:
    """Whether a column's name says that it tells hospitals apart: nothing but words for a hospital and for a code."""
    words = set(words_of_name(name))
    of_department = bool(words & {"ed", "er", "ae"}) and bool(words & {"id", "code", "name", "site"})
    return (bool(words & _NAMES) or of_department) and words <= _NAMES | _BESIDE | _DEPARTMENT
