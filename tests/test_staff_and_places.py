"""Lists of staff and places: read or refused with row and remedy; a default scaled to a volume, whole and near it."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.calibration.calibrate import estimate_calibration
from sim.calibration.resources.csv_list import MOST_LIST_ROWS
from sim.calibration.resources.own_resources import ResourceLists, Resources, read_resource_lists, resources_for
from sim.calibration.resources.scaling import scaled_cover, scaled_heads, scaled_places
from sim.calibration.writing.staffing_file import compared_name, compared_text, staffing_texts
from sim.config import compose
from sim.department.roster import heads_by_minute
from sim.department.scenario import Scenario, ScenarioError
from sim.studies.calibrate import own_groups
from sim.studies.next_command import shell_text, words_kept
from sim.studies.settings_by_study import CalibrateSettings
from sim.visits.column_map import ColumnMap
from sim.visits.file_error import VisitsFileError
from tests.in_process import peered

BASE = compose(["study=run"]).scenario
WITH_PEERS = compose(["study=run", "staffing=peer_added"]).scenario
HEADER = "role,weekday,start,end,heads\n"
ROUND_THE_CLOCK = "nurse,daily,07:00,19:00,6\nnurse,daily,19:00,07:00,5\n"


def staff(folder: Path, text: str | bytes, base: Scenario = BASE, name: str = "staff.csv") -> ResourceLists:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_resource_lists(str(folder / name), None, base)


def places(folder: Path, text: str) -> ResourceLists:
    (folder / "places.csv").write_text(text, encoding="utf-8")
    return read_resource_lists(None, str(folder / "places.csv"), BASE)


def problems_of(read: Callable[..., object], *given: object) -> str:
    """All that is refused, a line each, without the folder."""
    with pytest.raises(ScenarioError) as caught:
        read(*given)
    return "\n".join(str(problem) for problem in caught.value.problems).replace(f"{given[0]}/", "")


def resources(lists: ResourceLists, visits: float | None = 75_000.0, base: Scenario = BASE) -> Resources:
    return resources_for(lists, base, visits, "ours")


# --- staff ---


def test_every_slip_of_a_staff_list_is_named_at_once_with_row_column_and_remedy(tmp_path: Path) -> None:
    text = HEADER + (
        "RN,Mon,07:00,19:00,6\n"
        "nurse,5,07:00,19:00,6\n"
        "nurse,Mon,7am,19:00,6\n"
        "nurse,Mon,24:00,06:00,6\n"
        "nurse,Mon,07:00,07:00,6\n"
        "nurse,Mon,08:00,19:00,2.5\n"
        "nurse,Mon,09:00,19:00,-1\n"
        "nurse,Someday,07:00,19:00,=B2+1\n"
        "nurse,Mon,10:00,25:00,\n"
    )
    found = problems_of(staff, tmp_path, text)
    for told in (
        "staff.csv row 1 (line 2), role = 'RN': no role of staffing=traditional: write nurse if that is what it means",
        "staff.csv row 2 (line 3), weekday = '5': which day a number is, is not said",
        "staff.csv row 3 (line 4), start = '7am': no time of day",
        "staff.csv row 4 (line 5), start = '24:00': no shift begins at 24:00",
        "staff.csv row 5 (line 6), end = '07:00': begins when it ends",
        "staff.csv row 6 (line 7), heads = '2.5': how many people at once: a whole number",
        "staff.csv row 7 (line 8), heads = '-1': how many people at once",
        "staff.csv row 8 (line 9), weekday = 'Someday': no weekday",
        "staff.csv row 8 (line 9), heads = '=B2+1': a formula",
        "staff.csv row 9 (line 10), end = '25:00': no time of day",
        "staff.csv row 9 (line 10), heads = nothing: give each row one",
    ):
        assert told in found


@pytest.mark.parametrize(
    ("word", "likely"),
    [("doctor", "physician"), ("MD", "physician"), ("Nurses", "nurse"), ("social worker", "crisis_clinician"),
     ("nurze", "nurse"), ("security guard", "security")],
)  # fmt: skip
def test_a_common_word_is_refused_with_the_role_it_may_mean(word: str, likely: str, tmp_path: Path) -> None:
    assert likely in problems_of(staff, tmp_path, f"{HEADER}{word},daily,00:00,24:00,2\n").partition("role = ")[2]


def test_psw_is_not_taken_for_a_peer_where_the_staffing_has_none(tmp_path: Path) -> None:
    """Some hospitals call personal support workers so."""
    found = problems_of(staff, tmp_path, f"{HEADER}PSW,daily,09:00,17:00,1\n")
    assert "staffing=peer_added" in found
    assert "a personal support worker is an observation_aide here" in found


@pytest.mark.parametrize(
    ("weekday", "days"),
    [("Monday", [0]), ("mon", [0]), ("Mon-Fri", [0, 1, 2, 3, 4]), ("Fri - Mon", [0, 4, 5, 6]), ("daily", [*range(7)]),
     ("weekend", [5, 6]), ('"Mon, Wed"', [0, 2]), ("Tue/Thurs", [1, 3]), ("ALL", [*range(7)])],
)  # fmt: skip
def test_weekdays_are_read_as_they_are_commonly_written(weekday: str, days: list[int], tmp_path: Path) -> None:
    read = staff(tmp_path, f"{HEADER}psychiatrist,{weekday},09:00,17:00,1\n").staff
    assert read is not None
    assert list(read.rows[0].days) == days


@pytest.mark.parametrize(("column", "day"), [("weekday (0=Monday)", 5), ("weekday (1 = Sunday)", 3), ("day_0=sun", 4)])
def test_days_in_numbers_are_read_where_the_header_says_which_they_are(column: str, day: int, tmp_path: Path) -> None:
    number = {"weekday (0=Monday)": 5, "weekday (1 = Sunday)": 5, "day_0=sun": 5}[column]
    text = f"role,{column},start,end,heads\npsychiatrist,{number},09:00,17:00,1\n"
    read = staff(tmp_path, text).staff
    assert read is not None
    assert read.rows[0].days == (day,)


def test_shifts_over_midnight_begin_on_their_weekday_and_end_on_the_next(tmp_path: Path) -> None:
    lists = staff(tmp_path, f"{HEADER}psychiatrist,Sun,22:00,06:00,1\npsychiatrist,Mon,16:00,24:00,2\n")
    heads = heads_by_minute(resources(lists).sourced.staffing.roles["psychiatrist"])
    on_duty = [(start, heads[start]) for start in (0, 6 * 60, 16 * 60, 24 * 60, 6 * 1440 + 22 * 60)]
    assert [n for _, n in on_duty] == [1, 0, 2, 0, 1]


def test_the_same_hours_of_a_role_twice_are_refused_and_overlaps_add_up(tmp_path: Path) -> None:
    again = f"{HEADER}{ROUND_THE_CLOCK}nurse,Mon,07:00,19:00,1\n"
    assert "Mon 07:00-19:00 of nurse stands in row 1 (line 2) too" in problems_of(staff, tmp_path, again)
    lists = staff(tmp_path, f"{HEADER}{ROUND_THE_CLOCK}nurse,Mon,11:00,19:00,1\n")
    assert heads_by_minute(resources(lists).sourced.staffing.roles["nurse"])[12 * 60] == 7


def test_hours_without_a_row_are_refused_for_a_role_of_the_minimum_cover_unless_said_to_be_empty(
    tmp_path: Path,
) -> None:
    gap = f"{HEADER}nurse,Mon-Fri,07:00,19:00,6\nnurse,Mon-Fri,19:00,07:00,5\n"
    found = problems_of(staff, tmp_path, gap)
    assert "staff.csv role nurse = nobody Sat 07:00 to Mon 07:00: 48 hours of the week have no row" in found
    assert "minimum_cover.nurse" in found
    closed = resources(staff(tmp_path, f"{gap}nurse,Sat-Sun,07:00,07:30,0\nnurse,Sat-Sun,07:30,07:00,0\n"))
    assert closed.department.minimum_cover["nurse"] == 0
    closed.on(BASE).checked()


def test_a_minimum_cover_above_the_list_is_lowered_to_it_and_said(tmp_path: Path) -> None:
    found = resources(staff(tmp_path, HEADER + ROUND_THE_CLOCK))
    assert found.department.minimum_cover["nurse"] == 5
    assert any(line.startswith("minimum_cover.nurse = 5: the least of the roster") for line in found.lines())
    found.on(BASE).checked()


def test_a_role_that_visits_wait_for_and_nobody_has_is_refused(tmp_path: Path) -> None:
    lists = staff(tmp_path, f"{HEADER}triage nurse,daily,00:00,24:00,0\n")
    with pytest.raises(ScenarioError, match="triage_nurse = 0 heads in every shift: visits wait for this role"):
        resources(lists)


def test_costs_and_breaks_are_the_lists_else_those_of_the_staffing(tmp_path: Path) -> None:
    text = (
        "role,weekday,start,end,heads,hourly_cost,caseload,break_minutes\n"
        "crisis clinician,daily,00:00,08:00,1,,4,\n"
        "crisis clinician,daily,08:00,20:00,2,60.5,4,\n"
        "crisis clinician,daily,20:00,24:00,1,,,10\n"
    )
    role = resources(staff(tmp_path, text)).sourced.staffing.roles["crisis_clinician"]
    assert (role.hourly_cost, role.caseload, role.last_pickup_minutes) == (60.5, 4, 60)
    rests = {shift.minutes: sum(each.minutes for each in role.breaks_of(shift)) for shift in role.shifts.values()}
    assert rests == {480: 30, 720: 45, 240: 10}, "30 minutes in 8 hours are 45 in 12"
    other = text.replace("20:00,24:00,1,,", "20:00,24:00,1,61,")
    assert "60.5 in row 2 (line 3): crisis_clinician has one" in problems_of(staff, tmp_path, other)


def test_a_list_with_semicolons_a_byte_order_mark_and_decimal_commas_is_read(tmp_path: Path) -> None:
    text = "\ufeffsep=;\r\nRole;Weekday;Start;End;Heads;Hourly cost;;\r\nPsychiatrist;Daily;9:00;17:00:00;1;189,5;;\r\n"
    lists = staff(tmp_path, text)
    role = resources(lists).sourced.staffing.roles["psychiatrist"]
    assert (role.hours_per_week(), role.hourly_cost) == (56, 189.5)
    assert "staff.csv: Role 'Psychiatrist' read as psychiatrist, 1 row" in resources(lists).lines()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the list is empty"),
        (b"role,weekday,start,end,heads\n", "no rows"),
        (b"nurse,Mon,07:00,19:00,6\n", "no header: name the columns first"),
        (b"role,weekday,start,end\nnurse,Mon,07:00,19:00\n", "the list needs a column heads"),
        (b"role,weekday,start,end,heads,heads\nnurse,Mon,07:00,19:00,6,6\n", "two columns are heads"),
        (b"role,weekday,start,end,haeds\nnurse,Mon,07:00,19:00,6\n", "did you mean heads?"),
        (b"role,weekday,start,end,heads,week\nnurse,Mon,07:00,19:00,6,A\n", "no such column"),
        (b"role,weekday,start,end,heads\nnurse,Mon,07:00,19:00,6,7\n", "6 cells where the header has 5"),
        (b'role,weekday,start,end,heads\nnurse,"Mon,07:00,19:00,6\n', "not a table"),
        ("rôle,weekday,start,end,heads\n".encode("latin-1"), "byte 0xf4 in line 1: not in UTF-8"),
        ("role,weekday".encode("utf-16"), "UTF-16: not in UTF-8"),
        (b"PK\x03\x04spreadsheet", "a zip archive or a spreadsheet: not text"),
        (b"role,weekday\0", "NUL characters"),
        (b"x" * (5 << 20), "larger than the 4 MiB read of such a file"),
        ((HEADER + "nurse,Mon,07:00,19:00,6\n" * (MOST_LIST_ROWS + 1)).encode(), "at most 5,000 are read"),
    ],
)
def test_what_is_no_staff_list_is_refused_with_what_to_do(content: bytes, told: str, tmp_path: Path) -> None:
    assert told in problems_of(staff, tmp_path, content)


def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    assert "a folder: not a regular file" in problems_of(read_resource_lists, str(tmp_path), None, BASE)
    both = problems_of(read_resource_lists, "no.csv", "none.csv", BASE)
    assert "no.csv = " in both
    assert "none.csv = " in both


@pytest.mark.skipif(os.name != "posix", reason="makes a named pipe")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "staff.csv")
    assert "a pipe, a socket or a device" in problems_of(read_resource_lists, str(tmp_path / "staff.csv"), None, BASE)


def test_slips_alike_are_told_once_with_their_rows(tmp_path: Path) -> None:
    found = problems_of(staff, tmp_path, HEADER + "doctor,Mon,07:00,19:00,6\n" * 9)
    assert found.count("doctor") == 1
    assert "rows 1, 2, 3 (lines 2, 3, 4) and 6 more, role" in found


def test_columns_for_people_are_not_read_and_their_text_is_said_nowhere(tmp_path: Path) -> None:
    text = "role,weekday,start,end,heads,note\npsychiatrist,daily,09:00,17:00,1,Dr Jane Roe\n"
    found = resources(staff(tmp_path, text))
    assert "staff.csv: column note is for people and is not read" in found.lines()
    assert "Roe" not in "".join((*found.lines(), *staffing_texts(found).values()))


# --- places ---


def test_places_are_read_by_zone(tmp_path: Path) -> None:
    found = resources(places(tmp_path, "zone,places,nurse_ratio\nResus,2,1\nFast-track,unlimited,1:3\nacute,10,1.5\n"))
    zones = {name: (zone.places, zone.nurse_twelfths) for name, zone in found.department.zones.items()}
    assert zones["resus"] == (2, 12)
    assert zones["fast_track"] == (None, 4)
    assert zones["acute"] == (10, 8)
    assert zones["mh_safe"] == (4, 4)
    assert "zones that places.csv does not name are kept from the default, as they are: mh_safe, corridor" in (
        found.lines()
    )


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("hallway,3,\n", "no zone of the department; use one of: resus, acute, fast_track, mh_safe, corridor"),
        ("acuet,3,\n", "did you mean acute?; there are resus, acute"),
        ("acute,2.5,\n", "how many places: a whole number"),
        ("acute,many,\n", "or unlimited"),
        ("acute,3,5\n", "write 4 or 6"),
        ("acute,3,none\n", "how many patients one nurse may have"),
        ("acute,3,\nAcute,4,\n", "acute stands in row 1 (line 2) too"),
        ("acute,0,\nfast_track,0,\n", "CTAS 3 (medical) go there alone and wait for ever"),
    ],
)
def test_a_slip_in_a_list_of_places_is_refused_with_its_remedy(rows: str, told: str, tmp_path: Path) -> None:
    assert told in problems_of(places, tmp_path, f"zone,places,nurse_ratio\n{rows}")


# --- scaled ---


@pytest.mark.parametrize("visits", [7_500.0, 20_000.0, 41_000.0, 60_000.0, 110_000.0, 300_000.0])
def test_scaled_hours_are_near_the_exact_product_and_nobody_vanishes(visits: float) -> None:
    factor = visits / 75_000.0
    for name, role in BASE.staffing.roles.items():
        cover = scaled_cover(BASE.department.minimum_cover.get(name, 0), factor)
        heads = scaled_heads(role, factor, cover)
        shifts = {shift: each.model_copy(update={"heads": heads[shift]}) for shift, each in role.shifts.items()}
        scaled = role.model_copy(update={"shifts": shifts})
        before, after = heads_by_minute(role), heads_by_minute(scaled)
        assert (after[before > 0] >= max(1, cover)).all()
        longest = max(shift.minutes * len(shift.days) for shift in role.shifts.values()) / 60.0
        least = np.where(before > 0, max(1, cover), 0).sum() / 60.0
        exact = role.hours_per_week() * factor
        assert scaled.hours_per_week() <= max(exact + longest / 2.0, least + longest)
        assert scaled.hours_per_week() >= exact - longest / 2.0


def test_scaled_places_are_whole_near_the_exact_sum_and_none_vanishes() -> None:
    for factor in (0.05, 0.27, 0.5, 0.9, 1.4, 3.3):
        found = scaled_places(BASE.department.zones, factor)
        assert "corridor" not in found
        assert min(found.values()) >= 1
        exact = (3 + 22 + 9 + 4) * factor
        assert abs(sum(found.values()) - exact) <= (0.5 if factor > 0.3 else 4 - 1.0)


def test_without_lists_staff_and_places_are_scaled_and_said_to_be_so() -> None:
    found = resources(ResourceLists(), 25_000.0)
    assert found.lines()[0].startswith(
        "staffing and places are scaled from the default's to your volume, not yours: "
        "give study.staff and study.places (25,000 visits a year / 75,000 of demand=default = 0.333)"
    )
    text = staffing_texts(found)["staffing"]
    assert "staffing=traditional 6 x 0.333 = 2.00" in text
    assert found.department.minimum_cover["nurse"] == 2
    assert found.department.zones["acute"].places == 7
    found.on(BASE).checked()


@pytest.mark.parametrize(("visits", "told"), [(74_000.0, "within 5%"), (None, "does not tell visits a year")])
def test_a_volume_nearly_the_same_or_unknown_leaves_the_default_and_says_so(visits: float | None, told: str) -> None:
    found = resources(ResourceLists(), visits)
    assert found.sourced.staffing.roles == BASE.staffing.roles
    assert found.department == BASE.department
    assert told in found.lines()[0]
    assert "not yours" in found.lines()[0]


def test_a_staffing_and_a_department_of_the_users_own_are_taken_as_they_are(tmp_path: Path) -> None:
    mine = compose(["study=run", "staffing=nurse_added"]).scenario
    lists = read_resource_lists(None, None, mine, frozenset({"staffing"}))
    found = resources(lists, 25_000.0, mine)
    assert found.sourced.staffing.roles == mine.staffing.roles
    assert found.department.zones["acute"].places == 7
    assert found.lines()[0].startswith(
        "staffing is yours, as in staffing=nurse_added; places are scaled from the default's to your volume, not yours:"
    )
    whole = read_resource_lists(None, None, mine, frozenset({"staffing", "department"}))
    assert resources(whole, 25_000.0, mine).department == mine.department
    assert "not yours" not in resources(whole, 25_000.0, mine).lines()[0]


# --- what is written ---


def composed_from(folder: Path, found: Resources, name: str) -> Scenario:
    (folder / "mine" / "staffing").mkdir(parents=True)
    texts = staffing_texts(found)
    for text, file in zip(texts.values(), ("ours", compared_name(found)), strict=True):
        (folder / "mine" / "staffing" / f"{file}.yaml").write_text(text, encoding="utf-8")
    return compose(["study=run", f"staffing={name}"], folder / "mine").scenario


@pytest.mark.parametrize("visits", [75_000.0, 140_000.0])
def test_a_staffing_that_was_written_is_read_again_to_the_last_digit(visits: float, tmp_path: Path) -> None:
    """With other volumes the shipped department's minimum cover would refuse it, which its own file lowers."""
    found = resources(ResourceLists(), visits, WITH_PEERS)
    assert composed_from(tmp_path, found, "ours").staffing == found.sourced.staffing


def test_a_staffing_of_a_list_is_read_again_with_its_breaks_costs_and_days(tmp_path: Path) -> None:
    text = (
        "role,weekday,start,end,heads,hourly_cost,break_minutes\n"
        "nurse,Mon-Fri,07:00,15:00,7,61.25,\nnurse,Sat-Sun,07:00,15:00,6,,50\nnurse,daily,15:00,23:00,8,,0\n"
        "nurse,daily,23:00,07:00,6,,\nnurse,daily,07:00,15:30,1,,\nnurse,Wed,07:00,16:00,1,,20\n"
        "psychiatrist,Mon,22:00,06:00,1,,\n"
    )
    found = resources(staff(tmp_path, text))
    assert set(found.sourced.staffing.roles["nurse"].shifts) == {
        "from_07", "from_07_mon_fri", "from_07_sat_sun", "from_07_wed", "from_15", "from_23",
    }  # fmt: skip
    assert composed_from(tmp_path, found, "ours").staffing == found.sourced.staffing


def test_a_list_with_peers_is_compared_with_the_same_without_them(tmp_path: Path) -> None:
    text = "role,weekday,start,end,heads,peer_kind\npsw,Mon-Sat,09:00,21:00,1,youth\npsw,Mon-Sat,15:00,21:00,1,family\n"
    found = resources(staff(tmp_path, text, WITH_PEERS), base=WITH_PEERS)
    assert compared_name(found) == "ours_without_peers"
    without = composed_from(tmp_path, found, "ours_without_peers").staffing
    assert without.roles["psw"].hours_per_week() == 0.0
    assert {**without.roles, "psw": None} == {**found.sourced.staffing.roles, "psw": None}
    assert without.weekly_extra_cost == 0.0


def test_what_costs_beside_all_hours_is_added_to_the_coordinator_of_the_peers() -> None:
    dearer = BASE.model_copy(update={"staffing": BASE.staffing.model_copy(update={"weekly_extra_cost": 100.0})})
    assert "weekly_extra_cost: 512 " in compared_text(resources(ResourceLists(), base=dearer))


def test_peers_are_never_scaled() -> None:
    found = resources(ResourceLists(), 25_000.0, WITH_PEERS)
    assert found.sourced.staffing.roles["psw"] == WITH_PEERS.staffing.roles["psw"]


# --- what is typed next ---


def test_a_command_is_quoted_for_every_shell() -> None:
    assert shell_text(["peered", "a=b", "study.staffing=[a,b]"]) == 'peered a=b "study.staffing=[a,b]"'
    assert shell_text(["--config-dir", "my folder"]) == '--config-dir "my folder"'
    assert shell_text(["a$b c"]) == "'a$b c'"
    assert shell_text(["C:\\data\\ours"]) == "C:\\data\\ours"


def test_words_that_hold_in_the_calibrated_department_too_are_said_again() -> None:
    words = [
        "study=calibrate",
        "visits=a.csv",
        "study.map=b",
        "boarding=pool",
        "seed=3",
        "output=o",
        "staffing=peer_added",
    ]
    assert words_kept(words) == ["boarding=pool", "seed=3"]


def test_paths_are_taken_as_typed(tmp_path: Path) -> None:
    (tmp_path / "my list (1), new.csv").write_text(HEADER + ROUND_THE_CLOCK, encoding="utf-8")
    named = f"{tmp_path}/my list (1), new.csv"
    study = compose(["study=calibrate", "study.map=malmo", f"study.staff={named}"]).study
    assert isinstance(study, CalibrateSettings)
    assert study.staff == named


def test_a_name_that_a_shipped_choice_hides_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ScenarioError, match="staffing=traditional is shipped"):
        compose(["study=calibrate", "study.map=malmo", "study.demand_name=traditional"])


def test_slips_in_both_lists_are_told_with_those_of_the_command_and_of_the_visits(tmp_path: Path) -> None:
    (tmp_path / "staff.csv").write_text(f"{HEADER}doctor,Mon,07:00,19:00,6\n", encoding="utf-8")
    (tmp_path / "places.csv").write_text("zone,places\nhallway,3\n", encoding="utf-8")
    (tmp_path / "visits.csv").write_text("a\n1\n", encoding="utf-8")
    words = ["study=calibrate", "study.map=malmo", "study.staff=staff.csv", "study.places=places.csv"]
    for further in ([], ["--dry-run"]):
        done = peered(*words, "visits=visits.csv", *further, cwd=tmp_path)
        assert done.returncode == 2
        for told in ("staff.csv row 1 (line 2), role", "places.csv row 1 (line 2), zone", "visits.csv"):
            assert told in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["places.csv", "staff.csv", "visits.csv"]


@pytest.mark.skipif(os.name != "posix", reason="another variable says where home is")
def test_the_home_of_the_user_is_known_in_the_path_of_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shells write it out after `visits=`, but not after a key with a point in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "staff.csv").write_text(HEADER + ROUND_THE_CLOCK, encoding="utf-8")
    assert read_resource_lists("~/staff.csv", None, BASE).staff is not None


def test_a_file_without_weekdays_refuses_lists_that_no_department_would_have(tmp_path: Path) -> None:
    lists = staff(tmp_path, HEADER + ROUND_THE_CLOCK)
    (tmp_path / "visits.csv").write_text("level\n" + "3\n" * 50, encoding="utf-8")
    column_map = ColumnMap.model_validate({"acuity": {"column": "level", "recode": {"3": 3}}})
    with pytest.raises(VisitsFileError, match="without weekdays no department is made"):
        estimate_calibration(
            tmp_path / "visits.csv", column_map, name="ours", output=tmp_path / "ours", base=BASE, lists=lists
        )


def test_a_choice_from_a_folder_of_the_users_own_is_known_as_theirs(tmp_path: Path) -> None:
    (tmp_path / "staffing").mkdir()
    (tmp_path / "staffing" / "mine.yaml").write_text("defaults: [traditional, _self_]\nname: mine\n", encoding="utf-8")
    words = ["study=calibrate", "study.map=malmo"]
    assert own_groups(compose([*words, "staffing=mine"], tmp_path)) == {"staffing"}
    assert own_groups(compose(words, tmp_path)) == frozenset()
