"""Whether a scenario assumes that peers or clinicians have an effect, in force or not."""

from sim.department.support import Effects

NO_EFFECTS = Effects()


def assumes_effects(effects: Effects) -> bool:
    """Whether anything but no effect is assumed, in force in a staffing or not."""
    return assumes_of_peers(effects) or assumes_of_clinicians(effects)


def assumes_of_peers(effects: Effects) -> bool:
    """How a total of 1 would be split does not matter."""
    return effects.total_return_hr != 1.0 or effects.peer != NO_EFFECTS.peer


def assumes_of_clinicians(effects: Effects) -> bool:
    neutral = NO_EFFECTS.clinician.model_copy(update={"role": effects.clinician.role})
    return effects.clinician != neutral
