"""The calendar's order: time, then kind, then id, then creation; and what is caused happens before the next entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine import calendar_entries as kinds
from sim.engine.reference.calendar import Calendar

LAW = (
    "TASK_ENDS", "DELAY_ENDS", "BED_POOL", "CARE_DUE", "CLEANED", "ON_DUTY", "OFF_DUTY", "ARRIVAL", "SETTLE",
    "PATIENCE", "ESCALATION_DUE",
)  # fmt: skip
"""The table of docs/law.md, first to last."""

ENTRIES = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, 1.5, 2.0]), st.sampled_from(LAW), st.integers(0, 2 * 10**9 + 1)), max_size=30
)


def nothing() -> bool:
    """A settling in which nobody has anything to do."""
    return True


def noted(seen: list[str], name: str = "settle", *answers: bool):
    """A settling that writes itself down, and answers so in turn, True after that."""
    left = list(answers)

    def settle() -> bool:
        seen.append(name)
        return left.pop(0) if left else True

    return settle


def test_kinds_stand_in_the_order_of_the_law():
    numbers = [getattr(kinds, name) for name in LAW]
    assert numbers == sorted(set(numbers))


@given(entries=ENTRIES)
def test_entries_come_by_time_kind_and_id_and_equal_ones_in_order_of_creation(entries: list[tuple[float, str, int]]):
    calendar, seen = Calendar(), []
    for number, (time, kind, ident) in enumerate(entries):
        order = (time, LAW.index(kind), ident, number)
        calendar.at(time, getattr(kinds, kind), ident, lambda _, order=order: seen.append(order))
    assert calendar.play(10.0, nothing) == len(entries)
    assert seen == sorted(seen)
    assert len(seen) == len(entries)


def test_ids_as_large_as_those_of_patients_keep_their_order():
    """Patients of the second stream are numbered from 10**9; a delay's id is twice a visit row."""
    calendar, seen = Calendar(), []
    for ident in (2 * 10**9 + 1, 10**9, 10**9 + 1, 0, 999_999_999):
        calendar.at(5.0, kinds.ARRIVAL, ident, lambda _, ident=ident: seen.append(ident))
    calendar.play(10.0, nothing)
    assert seen == [0, 999_999_999, 10**9, 10**9 + 1, 2 * 10**9 + 1]


def test_what_an_entry_causes_happens_before_the_next_entry_of_the_instant():
    """A process that waits for an entry goes on, and what it triggers without delay too, before the entry after it."""
    calendar, seen = Calendar(), []

    def someone():
        yield calendar.at(1.0, kinds.TASK_ENDS, 0)
        seen.append("goes on")
        yield calendar.timeout(0.0)
        seen.append("and on")

    calendar.process(someone())
    calendar.at(1.0, kinds.DELAY_ENDS, 0, lambda _: seen.append("next entry"))
    calendar.play(2.0, nothing)
    assert seen == ["goes on", "and on", "next entry"]


def test_what_is_triggered_happens_in_turn_after_processes_that_begin():
    """SimPy's own order at one instant: who begins first, then first come first served; times to come are refused."""
    calendar, seen = Calendar(), []

    def someone(name: str):
        seen.append(name)
        yield calendar.event()

    def causes(_: object) -> None:
        for name in ("one", "two"):
            calendar.event().succeed().callbacks.append(lambda _, name=name: seen.append(name))
        calendar.process(someone("who begins"))
        calendar.process(someone("who begins next"))

    calendar.at(1.0, kinds.ARRIVAL, 0, causes)
    calendar.play(2.0, nothing)
    assert seen == ["who begins", "who begins next", "one", "two"]
    with pytest.raises(ValueError, match=r"in 5 minutes: enter it with Calendar\.at"):
        calendar.timeout(5.0)


def change(calendar: Calendar, seen: list[str], name: str):
    """A callback that asks for a settling."""

    def callback(_: object) -> None:
        seen.append(name)
        calendar.settle_due = True

    return callback


def test_work_is_given_out_after_arrivals_and_before_budgets_and_once_for_all_changes():
    calendar, seen = Calendar(), []
    for kind in reversed(LAW):
        if kind != "SETTLE":
            calendar.at(1.0, getattr(kinds, kind), 0, change(calendar, seen, kind))
    calendar.play(2.0, noted(seen, "SETTLE"))
    before = [*LAW[: LAW.index("SETTLE")], "SETTLE"]
    assert seen == [*before, "PATIENCE", "SETTLE", "ESCALATION_DUE", "SETTLE"]


def test_nothing_changed_nothing_settled():
    calendar, seen = Calendar(), []
    calendar.at(1.0, kinds.ARRIVAL, 0, lambda _: seen.append("arrival"))
    calendar.at(1.0, kinds.PATIENCE, 0, lambda _: seen.append("patience"))
    assert calendar.play(2.0, noted(seen)) == 2
    assert seen == ["arrival", "patience"]


def test_a_change_before_an_earlier_kind_of_the_instant_waits_for_it():
    """What an arrival puts down for the same instant comes in its own place, the settling after it."""
    calendar, seen = Calendar(), []

    def arrives(_: object) -> None:
        seen.append("arrival")
        calendar.settle_due = True
        calendar.at(1.0, kinds.DELAY_ENDS, 0, lambda _: seen.append("delay of no length"))

    calendar.at(1.0, kinds.ARRIVAL, 7, arrives)
    calendar.at(1.0, kinds.ARRIVAL, 8, lambda _: seen.append("second arrival"))
    assert calendar.play(2.0, noted(seen)) == 4
    assert seen == ["arrival", "delay of no length", "second arrival", "settle"]


def test_a_settling_under_way_waits_for_what_it_triggered_and_for_no_entry():
    """A visit that got a place moves on inside the settling, which then goes on before any entry of the instant."""
    calendar, seen = Calendar(), []
    roomed = calendar.event()

    def visit():
        yield roomed
        seen.append("moves on")

    def settle() -> bool:
        seen.append("settle")
        if roomed.triggered:
            return True
        calendar.at(1.0, kinds.TASK_ENDS, 0, lambda _: seen.append("entry of the instant"))
        roomed.succeed()
        return False

    calendar.process(visit())
    calendar.at(1.0, kinds.ARRIVAL, 0, change(calendar, seen, "arrival"))
    calendar.play(2.0, settle)
    assert seen == ["arrival", "settle", "moves on", "settle", "entry of the instant"]


def test_settlings_without_end_are_stopped_too():
    calendar = Calendar()

    def settle() -> bool:
        calendar.settle_due = True
        return True

    calendar.at(1.0, kinds.ARRIVAL, 0, change(calendar, [], "arrival"))
    with pytest.raises(RuntimeError, match="does not get on"):
        calendar.play(10.0, settle, step_limit=100)


def test_a_run_ends_before_the_first_entry_at_its_horizon():
    calendar, seen = Calendar(), []
    for time in (1.0, 2.0, 3.0):
        calendar.at(time, kinds.ARRIVAL, 0, lambda _, time=time: seen.append(time))
    assert calendar.play(2.0, nothing) == 1
    assert seen == [1.0]
    calendar.close(2.0)
    assert calendar.now == 2.0


def test_a_settling_due_at_the_last_instant_before_the_horizon_still_happens():
    calendar, seen = Calendar(), []
    calendar.at(1.0, kinds.ARRIVAL, 0, change(calendar, seen, "arrival"))
    calendar.at(2.0, kinds.ARRIVAL, 0, change(calendar, seen, "too late"))
    assert calendar.play(2.0, noted(seen)) == 2
    assert seen == ["arrival", "settle"]


def test_a_department_that_does_not_get_on_is_stopped():
    calendar = Calendar()

    def again(_: object) -> None:
        calendar.at(calendar.now, kinds.ARRIVAL, 0, again)

    calendar.at(1.0, kinds.ARRIVAL, 0, again)
    with pytest.raises(RuntimeError, match=r"100 calendar entries.* by minute 1"):
        calendar.play(10.0, nothing, step_limit=100)
