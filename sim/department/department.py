"""The department itself: streams with their pathways, zones, the ratio rule, groups, minimum cover.

Who works in it is `roster`, who comes to it is `arrivals`; `scenario` puts them together.
"""

import datetime
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from sim.department.arrivals import not_one
from sim.department.patients import Group, Stream
from sim.department.places import Zone
from sim.department.quantities import Frozen


def date_in_words(value: Any) -> Any:
    """A date, or its text; of a number pydantic would make seconds after 1970."""
    if isinstance(value, int | float):
        raise ValueError("a number is not a date, write it like 2024-01-01")
    return value


class Calibration(Frozen):
    """The file of visits that a department was estimated from, and whether it plays like it; None: it cannot be told.

    `because` says why it does not, the worst first; `still_default` are the quantities that matter most among those
    that nothing has told. It is said beside every answer and has no influence on any.
    """

    file: str
    plays_like_file: bool | None
    because: tuple[str, ...] = ()
    still_default: tuple[str, ...] = ()


class Department(Frozen):
    """A place where children are seen.

    `calendar_start` is the Monday of week 0. `ratio_role`: the role whose heads on duty bound the occupied places.
    `handover_minutes` are added to the new holder's first task with a handed-over case. `minimum_cover` gives heads
    of a role that must be rostered at every minute of the week. `calibration`: made from a file of visits.
    """

    name: str
    calendar_start: Annotated[datetime.date, BeforeValidator(date_in_words)] = datetime.date(2024, 1, 1)
    streams: dict[str, Stream]
    zones: dict[str, Zone] = Field(default_factory=dict)
    ratio_role: str | None = None
    handover_minutes: Annotated[float, Field(ge=0)] = 0.0
    groups: tuple[Group, ...] = (Group(name="all", share=1.0),)
    minimum_cover: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    calibration: Calibration | None = None

    @property
    def severities(self) -> tuple[tuple[str, ...], ...]:
        """Classes of severity of every stream, none where a stream has none."""
        return tuple(stream.severity.classes if stream.severity is not None else () for stream in self.streams.values())

    def _wrong(self) -> Iterator[str]:
        yield from not_one(tuple(group.share for group in self.groups), "shares of the groups")
        if self.calendar_start.weekday() != 0:
            yield f"calendar_start {self.calendar_start} is not a Monday: week 0 starts on one"
