"""The run played again from its tables: entries as they stand there, choices as the law makes them.

Every choice is compared with the table at once. What took how long, and which steps a visit has, is believed; the
tables as such are judged by `tests.invariants`.
"""

import math
from bisect import bisect_left

from tests.referee.clock import Clock
from tests.referee.company import Companionship
from tests.referee.duties import Duties
from tests.referee.holding import Holding
from tests.referee.journey import Journey
from tests.referee.objection import Objection
from tests.referee.patience import Patience
from tests.referee.settling import Settling
from tests.referee.teaming import Teaming
from tests.referee.working import Working


class Replay(Clock, Duties, Holding, Patience, Journey, Companionship, Working, Teaming, Settling):
    """All parts of a replay."""

    def cases_agree(self) -> None:
        """Spells of cases in the table are those of the replay."""
        table = self.t.case_columns
        shown = sorted(
            (
                int(table["visit"][row]),
                self.t.roles[int(table["role"][row])],
                float(table["start"][row]),
                int(table["member"][row]),
                float(table["end"][row]),
            )
            for row in range(len(table["visit"]))
        )
        still = [(case.visit, case.role, case.holder, case.start, math.nan) for case in self.cases.values()]
        due = sorted((v, role, start, holder, end) for v, role, holder, start, end in self.case_spells + still)
        for spell in due:
            position = bisect_left(shown, spell[:3])
            if not any(same_case(spell, other) for other in shown[position : position + 8]):
                moment = spell[2] if math.isnan(spell[4]) else spell[4]
                place = f"case of visit {spell[0]} with {spell[1]}"
                law = f"member {spell[3]} holds it from {spell[2]!r} to {spell[4]!r}"
                self.objections.append(Objection(moment, place, "is not in the table", law))
        if len(due) != len(shown):
            self.object("cases", f"{len(shown)} spells in the table", f"{len(due)} spells")


def same_case(a: tuple[object, ...], b: tuple[object, ...]) -> bool:
    return repr(a) == repr(b)
