"""Keys of earlier versions, and what to write instead.

The files of a hospital outlive a version: a key that is gone must not be taken for a misspelling of another.
"""

from collections.abc import Sequence

from sim.department.support import MEETING_MINUTES, RECOVERY_MINUTES

RENAMED = {
    "bridging_min": "bridging_minutes",
    "call_min": "call_minutes",
    "huddle_min": "huddle_minutes",
    "mean_h": "mean_hours",
    "mean_stay_h": "mean_stay_hours",
    "triage_min": "triage_minutes",
    "wait_min": "wait_minutes",
    "stay_min": "stay_minutes",
}
"""Keys of groups and of column maps by their earlier names, in which `min` was read as minimum."""
WHERE = "docs/law.md, Peer support"
BANDS = f"the ranks of peers' work are part of the law ({WHERE}): leave it out"
COMES_AGAIN = "a wish for company comes again: write again_hours, the hours from the end of a wish to the next"
OF_SUPPORT = {
    "contact_min": "a child wishes for company: write wish_minutes, the mean minutes of one wish",
    "contact_cv": "wishes vary exponentially about wish_minutes: leave it out",
    "first_share": f"a first meeting takes {MEETING_MINUTES:g} minutes on average ({WHERE}): write wish_minutes",
    "repeat_share": COMES_AGAIN,
    "repeat_gap_min": COMES_AGAIN,
    "recovery_min": f"recovery takes {RECOVERY_MINUTES:g} minutes ({WHERE}): leave it out",
    "first_band": BANDS,
    "repeat_band": BANDS,
    "call_band": BANDS,
}
"""What says the same as a key of `support` that is gone."""


def remedy_of_retired(key: str, known: Sequence[str]) -> str | None:
    """What to write instead of a key that is gone; None for other keys. `known` are the keys that can stand there."""
    if (name := RENAMED.get(key)) in known:
        return f"it has a new name: write {name}"
    instead = OF_SUPPORT.get(key) if "wish_minutes" in known else None
    return None if instead is None else f"no longer a key; {instead}"
