"""Invariants of cases: caseloads, one holder at a time, handovers."""

from collections.abc import Iterator

from sim.department.scenario import Scenario
from tests.invariants.checked_run import CheckedRun, highest_count, open_end, overlaps, rows


def caseloads_are_kept(run: CheckedRun) -> Iterator[str]:
    """Nobody holds more open cases than the caseload."""
    for member in run.members:
        limit = caseload_of(run.scenario, member.role)
        mine = run.cases["member"] == member.index
        n_open, at = highest_count(run.cases["start"][mine], open_end(run.cases["end"][mine]))
        if limit is not None and n_open > limit:
            yield f"{member.name}: {n_open} open cases at {at}, the caseload is {limit}"


def caseload_of(scenario: Scenario, role: str) -> int | None:
    """Limit of open cases of a member of the role, None for no limit."""
    return scenario.support.caseload if role == scenario.support.role else scenario.staffing.roles[role].caseload


def cases_have_one_holder(run: CheckedRun) -> Iterator[str]:
    """Spells of one case do not overlap, and none outlives the visit."""
    key = run.cases["visit"] * len(run.trajectory.roles) + run.cases["role"]
    ends = open_end(run.cases["end"])
    for first, second in overlaps(key, run.cases["start"], ends):
        yield f"case rows {first} and {second}: two holders of one case at {run.cases['start'][second]}"
    for row in rows(ends > run.departure[run.cases["visit"]]):
        yield f"case row {row}: open until {ends[row]}, after the departure of visit {run.cases['visit'][row]}"


def handovers_match_cases(run: CheckedRun) -> Iterator[str]:
    """Cases handed over or left unheld at the end of a duty are those whose next spell begins when the member left."""
    cases = run.cases
    following: dict[tuple[int, int, float], int] = {}
    for visit, role, start, member in zip(cases["visit"], cases["role"], cases["start"], cases["member"], strict=True):
        key = (int(visit), int(role), float(start))
        following[key] = min(int(member), following.get(key, int(member)))
    given: dict[tuple[int, float], list[int]] = {}
    for visit, role, member, end in zip(cases["visit"], cases["role"], cases["member"], cases["end"], strict=True):
        heir = following.get((int(visit), int(role), float(end)))
        if member >= 0 and heir is not None and heir != member:
            given.setdefault((int(member), float(end)), []).append(heir)
    for row, (member, left) in enumerate(zip(run.staff["member"], run.staff["left"], strict=True)):
        heirs = given.get((int(member), float(left)), [])
        counted = (int(run.staff["n_handed_over"][row]), int(run.staff["n_unheld"][row]))
        n_unheld = sum(heir < 0 for heir in heirs)
        if counted != (len(heirs) - n_unheld, n_unheld):
            yield f"staff row {row}: handed over, unheld {counted}; cases show {(len(heirs) - n_unheld, n_unheld)}"


def handover_minutes_are_the_departments(run: CheckedRun) -> Iterator[str]:
    """Handover adds the department's minutes, or none."""
    minutes, asked = run.tasks["handover"], run.scenario.department.handover_minutes
    for row in rows((minutes != 0.0) & (minutes != asked)):
        yield f"task row {row}: {minutes[row]} handover minutes, the department has {asked}"
