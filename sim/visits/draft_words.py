"""What the words of a file most likely mean in the closed vocabularies of a column map; None where that is unclear."""

import re
from typing import Final

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
SIGNS_OF_WORDS: Final = {"disposition": _DISPOSITION, "mode": _MODE, "stream": _STREAM}
_LEVELS: Final = (
    (5, ("nonurgent", "nonurgency", "blue", "minor", "notpriority")),
    (4, ("lessurgent", "semiurgent", "standard", "green", "lessurgency")),
    (2, ("emergent", "emergency", "veryurgent", "orange")),
    (1, ("resuscitation", "resus", "immediate", "red", "critical")),
    (3, ("urgent", "urgency", "yellow")),
)
_SAYS_YES, _SAYS_NO = ("1", "y", "yes", "true", "t"), ("0", "n", "no", "false", "f")


def meaning(field: str, word: str, column: str) -> str | None:
    """The word of a field's vocabulary; of a yes-or-no column named after a word, by its name."""
    written = " ".join(word.lower().replace("_", " ").split())
    for known, signs in SIGNS_OF_WORDS[field]:
        if written == known.replace("_", " ") or any(_begins_a_word(sign, written) for sign in signs):
            return known
    named = next((known for known, _ in SIGNS_OF_WORDS[field] if known in column.lower()), None)
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
