"""The names of all random draws, and the numbers they are keyed with.

A draw is keyed by the number of its name, not by its place in a list: it keeps its value when steps are added or moved.
How a number is drawn is `sim.engine.keyed_uniforms`; what is drawn for each visit of a stream is
`sim.engine.stream_draws`.
"""


def quantity_id(name: str) -> int:
    """FNV-1a hash of a quantity's name, 63 bits: draws keep their values when steps are added or moved."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value >> 1


def flag_id(name: str) -> int:
    """Number of the draw whether a step happens; a step's minutes have a draw of their own under its name."""
    return quantity_id(f"happens/{name}")


# --- whose draw it is -----------------------------------------------------------------------------------------------

PATIENTS_PER_STREAM = 10**9
"""Patients of stream s are numbered from s * this; serial numbers follow the first visits from the prelude on."""

PERSON = 0
"""The visit number under which what belongs to the patient for life is drawn."""

POOL = 0
"""Stands for the patient and visit number of draws that belong to no visit but to the pool of beds."""

FIRST_DAY = 100_000
"""Added to day numbers, which are negative in the prelude, and to week numbers, which may be so too."""

# --- what is drawn for every visit when it comes in -----------------------------------------------------------------

UNIFORMS = (
    "severity", "age", "arrival_mode", "held", "caregiver", "peer_screen", "peer_consent", "peer_kind", "peer_stays",
    "never_leaves", "follow_up", "return", "return_hour",
)  # fmt: skip
"""Quantities handed on as uniforms; the model reads them with rules of the department."""

UNIFORM_AT = {name: 1 + i for i, name in enumerate(UNIFORMS)}
"""Their positions in the list that `Workload.visit` returns, in every stream."""

ACUITY_ID = quantity_id("acuity")
RETURN_ID = quantity_id("return")
RETURN_HOUR_ID = quantity_id("return_hour")

# --- what is drawn for a patient, a day or a member ------------------------------------------------------------------

FRAILTY_ID = quantity_id("frailty")
GROUP_ID = quantity_id("group")
GAP_ID = quantity_id("arrival_gap")
DAY_ID = quantity_id("day_factor")
WEEK_ID = quantity_id("week_level")
ABSENCE_ID = quantity_id("absence")

# --- what is drawn when it is needed ---------------------------------------------------------------------------------

ESCALATION_ID = quantity_id("escalation")
RESTRAINT_ID = quantity_id("restraint")
WISH_ID = quantity_id("peer/wish")
HUDDLE_ID = quantity_id("peer/huddle")
CALL_ID = quantity_id("peer/call_reached")

OUTSIDE_GAP_ID = quantity_id("bed_pool/outside")
OUTSIDE_STAY_ID = quantity_id("bed_pool/outside_stay")
FIRST_STAY_ID = quantity_id("bed_pool/first_stay")
OUR_STAY_ID = quantity_id("bed_pool/stay")
