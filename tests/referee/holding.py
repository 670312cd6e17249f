"""Who holds which case, spell by spell.

Who may open or adopt one is decided in `choices`.
"""

from tests.referee.state import Case


class Holding:
    """Open cases and their holders."""

    def open_case(self, visit: int, role: str, holder: int) -> Case:
        self.n_cases += 1
        case = self.cases[visit, role] = Case(visit, role, holder, self.n_cases, self.now)
        self.last_holder[visit, role] = holder
        self.people[holder].n_cases += 1
        return case

    def hold(self, case: Case, holder: int) -> None:
        self.case_spells.append((case.visit, case.role, case.holder, case.start, self.now))
        self.is_let_go(case)
        case.holder, case.start = holder, self.now
        if holder >= 0:
            self.last_holder[case.visit, case.role] = holder
            self.people[holder].n_cases += 1

    def close_case(self, visit: int, role: str) -> None:
        case = self.cases.pop((visit, role), None)
        if case is not None:
            self.case_spells.append((visit, role, case.holder, case.start, self.now))
            self.is_let_go(case)

    def is_let_go(self, case: Case) -> None:
        if case.holder >= 0:
            self.people[case.holder].n_cases -= 1
