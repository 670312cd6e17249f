"""Which parts of a scenario can matter: those that its roster can meet.

Without a peer on the roster nobody is met, so what peers do and what that is assumed to do cannot matter; without an
enhanced role neither can the effects of one. Scenarios that agree in all that is left play to the same bits.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from sim.department.roster import Staffing
from sim.department.support import ClinicianEffects, Effects, RoleEffects, Support

if TYPE_CHECKING:  # a scenario names its key by what stands here
    from sim.department.scenario import Scenario

USED_BY_PEERS_ALONE = (
    "trigger", "stays_with_clinician_share", "caseload", "wish_minutes", "again_hours", "bridging_minutes",
    "call_minutes", "call_reached_share", "huddle_share", "huddle_minutes", "huddle_roles",
)  # fmt: skip
"""Keys of `Support` that nothing asks for before a peer meets a child, or could have; who is eligible, and who would
consent, is counted in any case."""
PARTS_OF_THE_TOTAL = (
    "linkage_share", "bridging_share", "linkage_on", "bridging_on", "default_reach", "default_bridged",
    "default_linked",
)  # fmt: skip
"""Keys of `Effects` that split its total: of a total of 1 every part is 1."""


def peers_on_roster(staffing: Staffing, support: Support) -> bool:
    """Whether anybody is on the roster in the role of peer support."""
    role = staffing.roles.get(support.role)
    return role is not None and any(role.heads_of(shift) for shift in role.shifts.values())


def support_that_matters(support: Support, peers: bool) -> Support:
    """Peer support with what cannot matter as it is in `Support()`."""
    return support if peers else with_defaults(support, USED_BY_PEERS_ALONE)


def effects_that_matter(effects: Effects, peers: bool, enhances: tuple[str, ...]) -> Effects:
    """Effects with what cannot matter as it is in `Effects()`; `enhances`: roles that the staffing enhances."""
    if not peers:
        effects = effects.model_copy(update={"peer": RoleEffects(), "total_return_hr": 1.0})
    if effects.clinician.role not in enhances:
        effects = effects.model_copy(update={"clinician": ClinicianEffects()})
    return with_defaults(effects, PARTS_OF_THE_TOTAL) if effects.total_return_hr == 1.0 else effects


def with_defaults(part: Any, keys: tuple[str, ...]) -> Any:
    """The part with these keys as they are where nothing is said."""
    return part.model_copy(update={key: type(part).model_fields[key].default for key in keys})


Remember = Callable[[Any, Callable[[], Any]], Any]
"""Takes a key, and what makes its value unless it is known already."""


def that_matters(scenario: "Scenario", remember: Remember = lambda _, make: make()) -> "Scenario":
    """The scenario with everything that cannot matter as it is where nothing is said.

    `remember` may keep parts of scenarios that have many in common; they are known by their identity.
    """
    support, effects, staffing = scenario.support, scenario.effects, scenario.staffing
    peers, enhances = peers_on_roster(staffing, support), tuple(staffing.enhances)
    kept = {
        "support": remember(("support", id(support), peers), partial(support_that_matters, support, peers)),
        "effects": remember(
            ("effects", id(effects), peers, enhances), partial(effects_that_matter, effects, peers, enhances)
        ),
    }
    return scenario.model_copy(update=kept)
