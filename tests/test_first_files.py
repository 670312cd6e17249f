"""The first file of somebody who has just begun: what is short is understood, and a slip is told by its cause."""

import re
from pathlib import Path

import pytest

from sim.cli import main
from sim.config import compose
from sim.config.roster_shorthand import span_of
from sim.config.sweeps import compose_sweep
from sim.department.roster import Shift
from sim.department.scenario import Problem, Scenario, ScenarioError

ROOT = Path(__file__).resolve().parents[1]
KEEP = "defaults: [traditional, _self_]\n"
PEER = "psw: {kind: peer, hourly_cost: 31.7, heads: 2, hours: 09:00-17:00}\n"
ROSTER = (ROOT / "configs" / "staffing" / "traditional.yaml").read_text(encoding="utf-8")
PLACE = (ROOT / "configs" / "department" / "default.yaml").read_text(encoding="utf-8")
DEMAND = (ROOT / "configs" / "demand" / "default.yaml").read_text(encoding="utf-8")
WITHOUT_NURSE = re.sub(r"\nnurse:.*?\ntriage_nurse", "\ntriage_nurse", ROSTER, flags=re.DOTALL)


def written(folder: Path, text: str, name: str = "staffing/ours.yaml") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder


def scenario_of(folder: Path, text: str, *words: str) -> Scenario:
    return compose(["study=run", "staffing=ours", *words], written(folder, text)).scenario


def problems_of(folder: Path, text: str, *words: str, file: str = "staffing/ours.yaml") -> tuple[Problem, ...]:
    group = file.split("/", maxsplit=1)[0]
    with pytest.raises(ScenarioError) as caught:
        compose([f"{group}=ours", *(words or ("study=run",))], written(folder, text, file))
    return caught.value.problems


def test_a_file_of_peers_alone_is_told_of_the_team_it_lacks_with_the_line_that_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    team, cost, kind = problems_of(Path("mine"), "psw: {heads: 2, hours: 09:00-17:00}\n")
    assert team.path == "staffing"
    assert team.value == (
        "no roles triage_nurse, physician, nurse, observation_aide, crisis_clinician, psychiatrist, security"
    )
    assert team.remedy == (
        "add the line defaults: [traditional, _self_] at the top of mine/staffing/ours.yaml to keep the traditional "
        "team and change only what differs; named in 37 places, such as "
        "department.streams.medical.pathway.triage.role, "
        "department.streams.medical.pathway.resus_assessment.role, department.streams.medical.pathway.nurse_intake.role"
    )
    assert cost.path == "staffing.psw.hourly_cost"
    assert "hourly_cost: 31.7  # COSA03" in cost.remedy
    assert (kind.path, kind.remedy) == ("staffing.psw.kind", "the role of peer support is of kind peer: add kind: peer")


def test_doing_what_the_problems_say_makes_the_first_file_run(tmp_path: Path) -> None:
    psw = scenario_of(tmp_path, KEEP + PEER).staffing.roles["psw"]
    assert psw.shifts == {"day": Shift(start=540, minutes=480, heads=2)}
    assert psw.hours_per_week() == 112


def test_who_writes_shifts_of_a_role_of_the_team_hears_that_inherited_ones_stay(tmp_path: Path) -> None:
    own_shifts = "nurse: {shifts: {early: {hours: 07:00-15:00, heads: 6}, late: {hours: 15:00-23:00, heads: 9}}}\n"
    for text in (own_shifts, f"roles:\n  {own_shifts}"):
        told = problems_of(tmp_path, text)[0].remedy
        assert "the shifts that nurse inherits stay beside these: set heads: 0 in those to take away" in told
    assert "inherits stay" not in problems_of(tmp_path, PEER)[0].remedy


SLIPS: dict[str, tuple[str, str, str, str]] = {
    "no team": ("staffing/ours.yaml", PEER, "staffing", "defaults: [traditional, _self_]"),
    "an empty file": ("staffing/ours.yaml", "", "staffing", "defaults: [traditional, _self_]"),
    "a team without nurses": ("staffing/ours.yaml", WITHOUT_NURSE, "staffing", "defaults: [traditional, _self_]"),
    "a slip in the name of a role": (
        "staffing/ours.yaml",
        ROSTER.replace("\nnurse:", "\nnurs:"),
        "department.streams.medical.pathway.nurse_intake.role",
        "did you mean nurs?; the same in 15 more places",
    ),
    "an unknown file to inherit": (
        "staffing/ours.yaml",
        "defaults: [tradtional, _self_]\n",
        "ours.yaml",
        "traditional?",
    ),
    "the group as a key": ("staffing/ours.yaml", f"{KEEP}staffing:\n  {PEER}", "ours.yaml", "take the line staffing:"),
    "nurses made peers": ("staffing/ours.yaml", KEEP + "nurse: {kind: peer}\n", "staffing.nurse", "required in 15"),
    "peers under another name": (
        "staffing/ours.yaml",
        KEEP + PEER.replace("psw", "peer"),
        "staffing.peer",
        "peer support is the work of the role psw",
    ),
    "an end for minutes": (
        "staffing/ours.yaml",
        KEEP + "nurse: {shifts: {extra: {start: '09:00', end: '17:00', heads: 1}}}\n",
        "staffing.nurse.shifts.extra.minutes",
        "missing",
    ),
    "a range of days": (
        "staffing/ours.yaml",
        KEEP + "nurse: {shifts: {extra: {hours: 09:00-17:00, days: mon-fri}}}\n",
        "staffing.nurse.shifts.extra.days",
        "write [mon, tue, wed, thu, fri], or daily",
    ),
    "too few nurses": (
        "staffing/ours.yaml",
        KEEP + "nurse: {shifts: {from_1930: {heads: 1}}}\n",
        "staffing.nurse",
        "minimum cover is 6",
    ),
    "a demand with a volume alone": (
        "demand/ours.yaml",
        "visits_per_year: 60000\n",
        "demand",
        "defaults: [default, _self_]",
    ),
    "a demand with its hours misspelt": (
        "demand/ours.yaml",
        DEMAND.replace("hour_shares", "hours_share"),
        "demand.hours_share",
        "did you mean hour_shares?",
    ),
    "a demand with a stream misspelt": (
        "demand/ours.yaml",
        DEMAND.replace("mental_health:", "mental:"),
        "demand.weekday_index",
        "exactly the keys medical and mental_health",
    ),
    "a department of minimum cover alone": (
        "department/ours.yaml",
        "minimum_cover: {nurse: 3}\n",
        "department",
        "defaults: [default, _self_]",
    ),
    "a department without one stream": (
        "department/ours.yaml",
        re.sub(r"\n  mental_health:\n.*?(?=\n\w|\Z)", "\n", PLACE, flags=re.DOTALL),
        "department",
        "named in 1 place: demand",
    ),
    "a department without zones": (
        "department/ours.yaml",
        re.sub(r"\nzones:\n.*?(?=\n\w)", "\nzones: {}\n", PLACE, flags=re.DOTALL),
        "department",
        "defaults: [default, _self_]",
    ),
    "a role misspelt everywhere in a department": (
        "department/ours.yaml",
        PLACE.replace("nurse", "nurce"),
        "department.zones.resus.nurce_twelfths",
        "did you mean nurse_twelfths?; the same in 4 more places",
    ),
    "a role that nobody has": (
        "department/ours.yaml",
        PLACE.replace("role: physician", "role: doctor"),
        "department.streams.medical.pathway.resus_assessment.role",
        "the same in 8 more places",
    ),
    "boarding without its times": ("boarding/ours.yaml", "mean_hours: 10\n", "boarding", "defaults: [default, _self_]"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_of_a_beginner_gives_few_problems_with_its_cause_first(slip: str, tmp_path: Path) -> None:
    file, text, path, remedy = SLIPS[slip]
    problems = problems_of(tmp_path, text, file=file)
    assert len(problems) <= 5, [str(problem) for problem in problems]
    assert problems[0].path.endswith(path)
    assert remedy in problems[0].remedy


def test_a_comparison_says_whose_team_is_missing(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, PEER, "study.staffing=[traditional,ours]")
    assert [problem.path for problem in problems] == ["staffing (staffing=ours)"]


def test_independent_problems_of_a_file_stay_beside_what_it_lacks(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, PEER.replace("heads: 2", "heads: two, caselaod: 3") + "name: [1]\n")
    assert {problem.path for problem in problems} == {
        "staffing", "staffing.psw.shifts.day.heads", "staffing.psw.caselaod", "staffing.name",
    }  # fmt: skip
    lacking = problems_of(tmp_path, "visits_per_yaer: 60000\ngrowth: 110\n", file="demand/ours.yaml")
    assert [problem.path for problem in lacking] == ["demand", "demand.growth", "demand.visits_per_yaer"]


def test_a_file_of_another_kind_is_not_told_to_inherit_the_usual_one(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "kind: replay\n", file="demand/ours.yaml")
    assert (problem.path, problem.remedy) == ("demand.visits", "missing: add it")


def test_an_heir_that_lacks_a_role_is_told_which_to_inherit_first(tmp_path: Path) -> None:
    written(tmp_path, PEER, "staffing/base.yaml")
    (problem,) = problems_of(tmp_path, "defaults: [base, _self_]\n")
    assert "name traditional first in the defaults of" in problem.remedy


def test_places_that_were_typed_one_by_one_are_told_one_by_one() -> None:
    steps = ("triage", "nurse_intake", "monitoring", "disposition")
    words = [f"department.streams.medical.pathway.{step}.role=nurze" for step in steps]
    with pytest.raises(ScenarioError) as caught:
        compose(["study=run", *words])
    assert [f"{problem.path}=nurze" for problem in caught.value.problems] == words


@pytest.mark.parametrize("name", ["staffing/ours.yml", "ours.yaml"])
def test_a_file_that_lies_elsewhere_is_found_and_said_where_to_move(name: str, tmp_path: Path) -> None:
    folder = written(tmp_path, KEEP, name)
    with pytest.raises(ScenarioError, match="is looked for in") as caught:
        compose(["study=run", "staffing=ours"], folder)
    assert str(folder / name) in str(caught.value)


def test_a_folder_that_was_not_given_is_suggested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "mine", KEEP)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match=r"give --config-dir mine$"):
        compose(["study=run", "staffing=ours"])


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (
            ["--config-dir", "mine/staffing", "staffing=ours"],
            "there is one in other folders: give --config-dir mine or theirs",
        ),
        (["staffing=ours"], "there is one in other folders: give --config-dir mine or theirs"),
        (["--config-dir", "empty", "staffing=ours"], "there is one in other folders: give --config-dir mine or theirs"),
        (["staffing=here"], "there is one in another folder: give --config-dir ."),
        (
            ["staffing=loose"],
            "loose.yaml is looked for in mine/staffing, as loose.yaml: move or rename loose.yaml, "
            "and give --config-dir mine",
        ),
        (
            ["--config-dir", "theirs", "study.staffing=[traditional,loose]"],
            "loose.yaml is looked for in theirs/staffing, as loose.yaml: move or rename loose.yaml, "
            "and give --config-dir theirs",
        ),
        (
            ["--config-dir", "mine", "staffing=ours.yaml"],
            "a choice is the name of a file without folder and suffix: write staffing=ours",
        ),
        (
            ["staffing=loose.yaml"],
            "loose.yaml is looked for in mine/staffing, as loose.yaml: move or rename loose.yaml, "
            "and give --config-dir mine staffing=loose",
        ),
        (
            ["staffing=mine/staffing/ours.yaml"],
            "there is one in another folder: give --config-dir mine staffing=ours",
        ),
    ],
)
def test_a_choice_that_is_not_found_is_told_where_its_file_lies(
    words: list[str],
    remedy: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mine/staffing/ours", "theirs/staffing/ours", "staffing/here", "loose"):
        written(tmp_path, KEEP, f"{name}.yaml")
    (tmp_path / "empty").mkdir()
    assert main(["--dry-run", *words]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "1 problem; nothing was run, nothing was written"
    assert " ".join(line.strip() for line in told[2:]) == remedy


def test_a_typed_key_of_a_role_that_is_not_there_names_the_staffings_that_have_it() -> None:
    with pytest.raises(ScenarioError, match="staffing=peer_247 or peer_added or peer_evening"):
        compose(["study=run", "staffing.psw.heads=2"])


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("09:00-17:00", ("09:00", 480)),
        ("9:00 - 17:30", ("09:00", 510)),
        ("09:00–17:00", ("09:00", 480)),
        ("22:00-06:00", ("22:00", 480)),
        ("16:00-24:00", ("16:00", 480)),
        ("00:00-24:00", ("00:00", 1440)),
        ("07:00-07:00", None),
        ("25:00-26:00", None),
        ("09:00-24:30", None),
        ("09:60-17:00", None),
        ("9-17", None),
        ("0900-1700", None),
        (540, None),
    ],
)
def test_hours_are_a_start_and_minutes_or_refused(text: object, span: tuple[str, int] | None) -> None:
    assert span_of(text) == span


@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize("hours", ["09:00-17:00", "22:30-06:30"])
def test_hours_need_no_quotes(hours: str, quote: str, tmp_path: Path) -> None:
    text = PEER.replace("09:00-17:00", f"{quote}{hours}{quote}")
    start = {"0": 540.0, "2": 1350.0}[hours[0]]
    assert scenario_of(tmp_path, KEEP + text).staffing.roles["psw"].shifts["day"].start == start


def test_hours_of_a_role_take_its_days_and_heads_along(tmp_path: Path) -> None:
    short = KEEP + PEER.replace("hours:", "days: [mon, tue], hours:")
    long = KEEP + (
        "psw:\n  kind: peer\n  hourly_cost: 31.7\n"
        "  shifts: {day: {start: '09:00', minutes: 480, heads: 2, days: [mon, tue]}}\n"
    )
    assert scenario_of(tmp_path, short).content_hash() == scenario_of(tmp_path, long).content_hash()


def test_the_shift_that_hours_stand_for_can_be_typed_at(tmp_path: Path) -> None:
    roles = scenario_of(tmp_path, KEEP + PEER, "staffing.psw.shifts.day.heads=3").staffing.roles
    assert roles["psw"].shifts["day"].heads == 3


def test_hours_of_a_shift_replace_what_is_inherited_and_are_replaced_by_heirs(tmp_path: Path) -> None:
    earlier = KEEP + "nurse: {shifts: {from_11: {hours: 10:00-22:00, heads: 4}}}\n"
    shift = scenario_of(tmp_path, earlier).staffing.roles["nurse"].shifts["from_11"]
    assert (shift.start, shift.minutes, shift.heads) == (600, 720, 4)
    written(tmp_path, earlier, "staffing/base.yaml")
    heir = "defaults: [base, _self_]\nnurse: {shifts: {from_11: {minutes: 600}}}\n"
    shift = scenario_of(tmp_path, heir).staffing.roles["nurse"].shifts["from_11"]
    assert (shift.start, shift.minutes) == (600, 600)


@pytest.mark.parametrize(
    ("text", "path", "remedy"),
    [
        (
            "nurse: {shifts: {extra: {hours: 09:00-17:00, start: '09:00'}}}",
            "nurse.shifts.extra.hours",
            "hours and start or minutes are both given",
        ),
        ("nurse: {hours: 09:00-17:00}", "nurse.hours", "hours are for a role with no other shifts"),
        ("nurse: {shifts: {extra: {hours: 9-17}}}", "nurse.shifts.extra.hours", "like 09:00-17:00"),
        ("nurse: {shifts: {extra: {hours: 22:30}}}", "nurse.shifts.extra.hours", "like 09:00-17:00"),
        ("nurse: {shifts: {extra: {hours: 09:00-25:00}}}", "nurse.shifts.extra.hours", "the last hour is 24:00"),
        ("nurse: {days: [mon]}", "nurse.days", "it belongs to a shift"),
        (
            "nurse: {shifts: {extra: {hours: 09:00-09:00}}}",
            "nurse.shifts.extra.hours",
            "begin and end are the same: write start: '09:00' and minutes: 1440 for a whole day",
        ),
        (
            "psw: {kind: peer, hourly_cost: 31.7, hours: 9:00-9:00}",
            "psw.hours",
            "shifts: {day: {start: '09:00', minutes: 1440}} for a whole day",
        ),
    ],
)
def test_hours_that_say_two_things_or_none_are_refused(text: str, path: str, remedy: str, tmp_path: Path) -> None:
    problems = problems_of(tmp_path, f"{KEEP}{text}\n")
    told = {problem.path: problem.remedy for problem in problems}
    assert remedy in told[f"staffing.{path}"]


def test_a_new_shift_may_be_typed_with_hours() -> None:
    scenario = compose(["study=run", "+staffing.nurse.shifts.extra={hours: 22:00-06:00, heads: 1}"]).scenario
    assert scenario.staffing.roles["nurse"].shifts["extra"] == Shift(start=1320, minutes=480, heads=1)


def test_typed_hours_are_answered_with_what_to_type() -> None:
    with pytest.raises(ScenarioError, match=r"type staffing\.nurse\.shifts\.from_11\.start='22:00' .*minutes=480"):
        compose(["study=run", "staffing.nurse.shifts.from_11.hours=22:00-06:00"])


def test_a_file_is_named_after_itself_and_not_after_what_it_inherits(tmp_path: Path) -> None:
    staffing = scenario_of(tmp_path, KEEP + PEER).staffing
    assert (staffing.name, staffing.label) == ("ours", "")
    named = scenario_of(tmp_path, f"{KEEP}{PEER}name: our_team\nlabel: Our team\n").staffing
    assert (named.name, named.label) == ("our_team", "Our team")


def test_roles_may_stand_under_roles_beside_inherited_ones(tmp_path: Path) -> None:
    assert "psw" in scenario_of(tmp_path, f"{KEEP}roles:\n  {PEER}").staffing.roles


NESTED = f"{KEEP}roles:\n  {PEER}"
LATER = "psw: {heads: 9, hours: 10:00-12:00}\n"


def test_a_role_under_roles_and_beside_it_in_one_file_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, NESTED + LATER)
    assert (problem.path, problem.value) == ("staffing.psw", "under roles and outside it, both in ours.yaml")
    assert problem.remedy == "write psw in one place: all of it outside roles"


def test_a_role_that_is_inherited_under_roles_and_changed_outside_it_is_refused(tmp_path: Path) -> None:
    written(tmp_path, NESTED, "staffing/base.yaml")
    (problem,) = problems_of(tmp_path, f"defaults: [base, _self_]\n{LATER}")
    assert problem.value == "under roles in base.yaml, outside it in ours.yaml"
    assert problem.remedy == "write psw in one place: in both files outside roles"
    compared = problems_of(tmp_path, f"defaults: [base, _self_]\n{LATER}", "study.staffing=[traditional,ours]")
    assert [problem.path for problem in compared] == ["staffing.psw"]
    with pytest.raises(ScenarioError, match=r"staffing\.psw .*under roles in base\.yaml"):
        compose_sweep(["staffing=traditional,ours"], tmp_path)


def test_a_role_under_roles_changes_the_one_it_inherits(tmp_path: Path) -> None:
    written(tmp_path, KEEP + PEER, "staffing/base.yaml")
    heir = scenario_of(tmp_path, f"defaults: [base, _self_]\nroles:\n  {LATER}").staffing.roles["psw"]
    assert (heir.shifts["day"].heads, heir.shifts["day"].minutes) == (9, 120)


def test_a_role_that_would_work_for_nothing_is_refused_unless_it_says_so(tmp_path: Path) -> None:
    free = KEEP + PEER.replace("hourly_cost: 31.7, ", "")
    (problem,) = problems_of(tmp_path, free)
    assert problem.path == "staffing.psw.hourly_cost"
    assert scenario_of(tmp_path, free, "+staffing.psw.hourly_cost=0").staffing.roles["psw"].hourly_cost == 0


def test_the_command_prints_the_cause_in_a_few_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    written(Path("mine"), "psw: {heads: 2, hours: 09:00-17:00}\n")
    assert main(["--config-dir", "mine", "staffing=ours", "study=run"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "3 problems; nothing was run, nothing was written"
    assert len(told) <= 14


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("defaults: traditional\n", "not a list: write defaults: [traditional, _self_]"),
        ("defaults: {traditional: 1}\n", "not a list: write defaults: [traditional, _self_]"),
        (KEEP + "nurse: {shifts: [{hours: 09:00-17:00}]}\n", "a list stands where a mapping is inherited"),
    ],
)
def test_a_list_where_none_is_meant_or_none_where_one_is_has_one_problem(
    text: str, remedy: str, tmp_path: Path
) -> None:
    (problem,) = problems_of(tmp_path, text)
    assert remedy in problem.remedy


NINE_FROM_11 = "nurse: {shifts: {from_11: {heads: 9}}}\n"


def test_a_file_whose_defaults_would_override_it_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, f"defaults: [_self_, traditional]\n{NINE_FROM_11}")
    assert problem.path == f"{tmp_path / 'staffing' / 'ours.yaml'} defaults"
    assert problem.value == "['_self_', 'traditional']"
    assert problem.remedy == "traditional after _self_ overrides what this file says: write [traditional, _self_]"
    written(tmp_path, f"defaults: [peer_added, _self_, crisis_lean]\n{NINE_FROM_11}", "staffing/base.yaml")
    (inherited,) = problems_of(tmp_path, "defaults: [base, _self_]\n")
    assert inherited.remedy.endswith("write [peer_added, crisis_lean, _self_]")


TWO_SHIFTS = "shifts: {a: {hours: 09:00-17:00}, b: {hours: 15:00-21:00}}"


@pytest.mark.parametrize(
    ("text", "role", "n_shifts", "shift"),
    [
        ("nurse: {heads: 6}\n", "nurse", 6, "from_0730"),
        ("roles: {nurse: {heads: 6}}\n", "nurse", 6, "from_0730"),
        (f"psw: {{kind: peer, hourly_cost: 31.7, heads: 6, {TWO_SHIFTS}}}\n", "psw", 2, "a"),
    ],
)
def test_heads_of_a_role_with_several_shifts_are_refused_in_a_file(
    text: str, role: str, n_shifts: int, shift: str, tmp_path: Path
) -> None:
    (problem,) = problems_of(tmp_path, KEEP + text)
    assert (problem.path, problem.value) == (f"staffing.{role}.heads", f"6 for a role with {n_shifts} shifts")
    assert problem.remedy == f"it would be 6 in every shift; say in which: shifts: {{{shift}: {{heads: 6}}}}"
    compared = problems_of(tmp_path, KEEP + text, "study.staffing=[traditional,ours]")
    assert [one.path for one in compared] == [f"staffing.{role}.heads"]


def test_heads_of_a_role_that_gains_a_second_shift_are_refused(tmp_path: Path) -> None:
    one_shift = "psw: {kind: peer, hourly_cost: 31.7, heads: 2, shifts: {a: {hours: 09:00-17:00}}}\n"
    assert scenario_of(tmp_path, KEEP + one_shift).staffing.roles["psw"].hours_per_week() == 112
    written(tmp_path, KEEP + one_shift, "staffing/base.yaml")
    (problem,) = problems_of(tmp_path, "defaults: [base, _self_]\npsw: {shifts: {b: {hours: 15:00-21:00}}}\n")
    assert (problem.path, problem.value) == ("staffing.psw.heads", "2 for a role with 2 shifts")


def test_heads_of_a_role_may_be_typed_for_all_of_its_shifts() -> None:
    nurse = compose(["study=run", "staffing.nurse.heads=6"]).scenario.staffing.roles["nurse"]
    assert nurse.hours_per_week() == 3024


@pytest.mark.parametrize("defaults", ["[traditional]", "[traditional, _self_]"])
def test_what_a_file_says_wins_over_what_it_inherits(defaults: str, tmp_path: Path) -> None:
    nurse = scenario_of(tmp_path, f"defaults: {defaults}\n{NINE_FROM_11}").staffing.roles["nurse"]
    assert nurse.shifts["from_11"].heads == 9


@pytest.mark.parametrize(
    ("slip", "path", "remedy"),
    [
        (PEER.replace("kind", "kynd"), "staffing.psw.kynd", "no such key; did you mean kind?"),
        (
            PEER.replace("hourly_cost", "hourly_cots"),
            "staffing.psw.hourly_cots",
            "no such key; did you mean hourly_cost?",
        ),
        ("roles: 3\n", "staffing.roles", "write the roles below it, indented, or take the line out"),
        ("roles: [psw]\n", "staffing.roles", "write the roles below it, indented, or take the line out"),
        (f"roles:\n{PEER}", "staffing.roles", "write the roles below it, indented, or take the line out"),
    ],
)
def test_one_slip_makes_one_problem(slip: str, path: str, remedy: str, tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, KEEP + slip)
    assert (problem.path, problem.remedy) == (path, remedy)


def test_a_role_whose_lines_are_not_indented_has_one_problem(tmp_path: Path) -> None:
    flush = "psw:\nkind: peer\nhourly_cost: 31.7\nhours: 09:00-17:00\nheads: 2\n"
    remedy = "kind, hourly_cost, hours, heads belong to psw: indent them by two spaces"
    for text in (KEEP + flush, flush):
        (problem,) = problems_of(tmp_path, text)
        assert (problem.path, problem.value) == (f"{tmp_path / 'staffing' / 'ours.yaml'} psw", "nothing below it")
        assert problem.remedy == remedy
    (second,) = problems_of(tmp_path, f"{KEEP}security:\n{flush}")
    assert second.path.endswith("ours.yaml psw")
    (one,) = problems_of(tmp_path, f"{KEEP}nurse:\nhourly_cost: 70\n")
    assert one.remedy == "hourly_cost belongs to nurse: indent it by two spaces"


def test_two_slips_in_a_role_are_told_once_each(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, KEEP + PEER.replace("kind: peer", "kind: peers").replace("heads", "head"))
    assert {problem.path: problem.remedy for problem in problems} == {
        "staffing.psw.kind": "use one of 'clinical', 'support' or 'peer'",
        "staffing.psw.head": "no such key; did you mean heads?",
    }
    assert len(problems) == 2


def test_the_files_of_the_guide_run_as_they_stand(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8")
    whole, shifts = re.findall(r"^```yaml\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)[:2]
    assert scenario_of(tmp_path, whole).staffing.roles["psw"].hours_per_week() == 48
    several = re.sub(r"  (hours|days|heads):.*\n", "", whole) + shifts
    assert list(scenario_of(tmp_path, several).staffing.roles["psw"].shifts) == ["day", "evening"]
