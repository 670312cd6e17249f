"""What the names of columns say: the words they are made of, and what those words stand for."""

import re
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


FIELD_WORDS: Final = {
    field: tuple(words.split())
    for field, words in (
        ("arrival", "arrival arrived arrive arr intime registration registered checkin presented came"),
        ("triage_time", "triage triaged"),
        ("physician_time", "physician doctor clinician provider seen assessment assessed md pia treatment"),
        ("departure_time", "departure departed depart dep exit leave left outtime discharge checkout end out"),
        ("acuity", "acuity esi ctas ktas mts immedr triage level priority severity urgency"),
        ("disposition", "disposition dispo outcome discharged departure ended disp"),
        ("mode", "mode transport ambulance conveyance"),
        ("stream", "stream"),
        ("wait_minutes", "wait waiting waittime waited"),
        ("stay_minutes", "los stay lov length loset"),
        ("triage_minutes", "triage ktas"),
        ("age", "age ageyears alter"),
        ("visit", "visit encounter stay csn account episode attendance case number"),
        ("patient", "patient subject mrn pid person pseudonym client who"),
        ("count", "count counts n arrivals attendances visits number total"),
        ("weight", "weight patwt wgt"),
    )
}
"""Words in the names of the columns of each field, the likeliest first."""
DURATION: Final = _set("min mins minutes minute duration hours hrs seconds sec")
UNIT_WORDS: Final = {
    "hours": ("hours", "hrs", "hour", "hr"), "seconds": ("seconds", "sec", "secs"), "days": ("days", "day"),
    "months": ("months", "month", "mo"),
}  # fmt: skip
OF_BIRTH: Final = _set("dob birth birthdate born")
_NAMES_AND_TEXTS: Final = OF_BIRTH | _set(
    "name surname firstname lastname forename address phone email reason complaint note notes comment comments text"
)
PRIVATE: Final = _NAMES_AND_TEXTS | _set(
    "names first last street city town mobile mail postcode postal zip mrn ssn nhs history nurse doctor physician "
    "clinician consultant staff employee user operator provider md by id guardian parent mother father insurance "
    "diagnosis"
)
"""A column whose name has one of these may hold names, identities, birth dates or free text."""
NO_IDENTITY: Final = _NAMES_AND_TEXTS | frozenset(("description", "type", "age"))
"""Never an identity of a visit or a patient, however different."""
_SITE: Final = _set(
    "site sites sitecode siteid hospital hospitals hosp hospcode hospid hospitalid facility facilities fac facid "
    "provider trust campus centre center institution establishment organisation organization org edid edcode"
)
_BESIDE: Final = _set("id ids code codes name no nr num number key cd ods label short the of")
_DEPARTMENT: Final = _set("ed er ae emergency department dept unit nhs health")


def words_of_name(name: str) -> list[str]:
    """The words that a column's name is made of, in lower case: `EDCode` and `ed_code` alike."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def names_a_site(name: str) -> bool:
    """Whether a column's name says that it tells hospitals apart: nothing but words for a hospital and for a code."""
    words = set(words_of_name(name))
    of_department = bool(words & {"ed", "er", "ae"}) and bool(words & {"id", "code", "name", "site"})
    return (bool(words & _SITE) or of_department) and words <= _SITE | _BESIDE | _DEPARTMENT
