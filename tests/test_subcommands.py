"""Commands beside studies: a file to begin from, the keys there are, completion, the version."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sim.analysis.assumptions import Number, numbers_in
from sim.cli import main
from sim.commands.completion import script_for
from sim.commands.new import RUN, TEMPLATES
from sim.config import compose
from sim.config.keys import Key, keys_of, leaves_of, matching, meanings, pattern_of
from sim.department.roster import Shift
from sim.register.rows import assumed_numbers, read_register
from sim.studies.question import STUDIES
from tests.write_keys_page import PAGE, SECTIONS, with_tables

REGISTER = read_register()
SHIPPED = Path(__file__).resolve().parents[1] / "configs"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def keys() -> list[Key]:
    return keys_of(compose(["study=run", "staffing=peer_added", "demand.growth=1.1"]))


@pytest.mark.parametrize("given", [["--config-dir", "mine"], ["--config-dir=mine"]])
def test_commands_may_follow_the_folder_as_studies_do(
    given: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*given, "new", "staffing", "ours"]) == 0
    assert (folder / "mine" / "staffing" / "ours.yaml").is_file()
    assert main([*given, "keys", "psw", "evening", "peer_kind", "staffing=ours"]) == 0
    assert "staffing.psw.shifts.evening.peer_kind = family" in capsys.readouterr().out
    assert main(["--config-dir", "keys", "staffing=ours"]) == 2
    assert "keys" in capsys.readouterr().err


# A file to begin from


@pytest.mark.parametrize("group", RUN)
def test_a_file_to_begin_from_runs_as_it_is_with_the_command_that_is_printed(
    group: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", group, "ours"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"written: {Path('mine') / group / 'ours.yaml'}"
    command = shlex.split(told[1].partition("run it: peered ")[2])
    assert command[:3] == ["--config-dir", "mine", f"{group}=ours"]
    assert main(["--dry-run", *command]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("group", RUN)
def test_what_is_commented_out_in_it_runs_too(group: str, folder: Path) -> None:
    main(["new", group, "ours"])
    file = folder / "mine" / group / "ours.yaml"
    file.write_text(re.sub(r"^#(?=\S|  )", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE))
    scenario = compose(["study=run", f"{group}=ours"], folder / "mine").scenario
    if group == "staffing":
        roles = scenario.staffing.roles
        added = Shift(start=660, minutes=720, heads=1, days=(4, 5, 6, 0, 1))
        assert set(roles["nurse"].shifts["added"].days) == set(added.days)
        assert roles["physician"].shifts["from_12"].heads == 0
        assert {shift.peer_kind for shift in roles["psw"].shifts.values()} == {"youth", "family"}


@pytest.mark.parametrize("group", RUN)
def test_its_numbers_are_those_of_the_rows_it_names(group: str) -> None:
    numbers = list(numbers_in(TEMPLATES / f"{group}.yaml"))
    cited = [number for number in numbers if number.own_ids]
    assert cited
    assert [number.key for number in cited if not is_of_its_row(number)] == []
    assert [number.key for number in numbers if not number.own_ids and "assumption" not in number.comment] == []


def is_of_its_row(number: Number) -> bool:
    """The number is the row's own, one of several of it, or the shipped one that cites the same row."""
    values = [value for name in number.own_ids for value in assumed_numbers(REGISTER[name]) or ()]
    shipped = [other for file in SHIPPED.rglob("*.yaml") for other in numbers_in(file)]
    same = [other for other in shipped if set(number.own_ids) <= set(other.own_ids) and other.text == number.text]
    return float(number.text) in values or bool(same)


def test_the_added_nurse_in_it_is_the_shipped_one() -> None:
    text = (TEMPLATES / "staffing.yaml").read_text(encoding="utf-8")
    line = re.search(r"^#    added: (\{.*\})", text, re.MULTILINE)
    assert line is not None
    written = yaml.safe_load(line[1])
    shipped = yaml.safe_load((SHIPPED / "staffing" / "nurse_added.yaml").read_text(encoding="utf-8"))
    added = shipped["nurse"]["shifts"]["added"]
    assert (written["days"], written["heads"]) == (added["days"], added["heads"])
    assert (written["hours"], added["start"], added["minutes"]) == ("11:00-23:00", "11:00", 720)


def test_a_folder_can_be_given_and_a_file_is_never_overwritten(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "staffing", "night_team", "--config-dir", "my groups"]) == 0
    assert "peered --config-dir 'my groups' staffing=night_team" in capsys.readouterr().out
    file = folder / "my groups" / "staffing" / "night_team.yaml"
    file.write_text("psw: {}\n", encoding="utf-8")
    assert main(["new", "staffing", "night_team", "--config-dir=my groups"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "psw: {}\n"


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["staffing", "traditional"], "is shipped"),
        (["staffing", "../ours"], "lower-case letters, digits and _"),
        (["staffing", "Ours"], "lower-case letters"),
        (["staffing", "con"], "is a device on Windows"),
        (["staffing", "x" * 70], "at most 60 letters"),
        (["staffing", "a" * 61], "at most 60"),
        (["stafing", "ours"], "did you mean staffing?"),
        (["kitchen", "ours"], "use one of: staffing, demand, department, site"),
        (["staffing"], "NAME"),
        ([], "NAME"),
        (["staffing", "ours", "theirs"], "NAME"),
        (["staffing", "ours", "--force"], "NAME"),
        (["staffing", "ours", "--config-dir"], "--config-dir DIR"),
    ],
)
def test_what_cannot_be_begun_is_refused_and_nothing_is_written(
    words: list[str], remedy: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", *words]) == 2
    assert remedy in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine").write_text("a file")
    assert main(["new", "staffing", "ours"]) == 2
    assert "name a folder to write into" in capsys.readouterr().err


# Keys


def test_without_a_word_the_groups_are_listed_in_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "study=run"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) < 25
    assert any(line.startswith("staffing=traditional") and "keys" in line for line in told)


def test_a_word_lists_keys_with_meaning_value_unit_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "PSW", "Hourly", "study=run", "staffing=peer_added"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "staffing.psw.hourly_cost = 31.7  (CAD/h)",
        "    cost of a rostered hour, benefits included; COSA03 (grade C)",
    ]


def test_keys_of_a_file_of_ones_own_have_its_values_and_comments(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["new", "staffing", "ours"])
    assert main(["keys", "evening", "minutes", "study=run", "staffing=ours", "--config-dir", "mine"]) == 0
    assert "staffing.psw.shifts.evening.minutes = 360  (min)" in capsys.readouterr().out


def test_a_typed_value_is_shown_and_said_to_be_typed(keys: list[Key]) -> None:
    (growth,) = [item for item in keys if item.key == "demand.growth"]
    assert (growth.value, growth.source) == ("1.1", "set in this command")


def test_words_are_looked_for_in_meanings_too_and_keys_come_first(keys: list[Key]) -> None:
    found = [item.key for item in matching(keys, ["huddle"])]
    assert found[:3] == ["support.huddle_share", "support.huddle_minutes", "support.huddle_roles"]
    assert [item.key for item in matching(keys, ["debriefing", "psw"])] == ["staffing.psw.protected_share"]


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["hurly"], "did you mean hourly?"),
        (["demand.grwoth"], "did you mean"),
        (["zzzzzz"], "peered keys, alone, lists the groups"),
        (["growth", "huddle"], "leave a word out"),
        (["--all"], "unknown option"),
    ],
)
def test_a_word_that_nothing_holds_is_answered_with_what_may_be_meant(
    words: list[str], remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", *words, "study=run"]) == 2
    assert remedy in capsys.readouterr().err


def test_many_keys_are_cut_short_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "department", "study=run"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) <= 61
    assert re.fullmatch(r"\.\.\. and \d+ more: add a word, .*", told[-1])


def test_problems_of_the_overrides_are_those_of_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "psw", "staffing=peer_aded"]) == 2
    assert "did you mean peer_added?" in capsys.readouterr().err


def test_every_key_that_is_listed_can_be_set_to_the_value_that_is_shown(keys: list[Key]) -> None:
    """Minimum cover and names are for files; what is none, or lists of models, is typed in another form."""
    typed = [
        f"{item.key}={item.value}"
        for item in keys
        if item.key.split(".")[0] in ("demand", "staffing", "support", "effects", "discipline", "boarding")
        and "." in item.key
        and re.fullmatch(r"[\w.'\[\], :]+", item.value)
        and item.value not in ("none", "")
    ]
    assert len(typed) > 150
    again = compose(["study=run", "staffing=peer_added", *typed]).scenario
    assert (
        again.content_hash()
        == compose(["study=run", "staffing=peer_added", "demand.growth=1.1"]).scenario.content_hash()
    )


def test_every_line_of_the_table_is_about_a_key_there_is() -> None:
    composed = compose(["study=run", "staffing=peer_added", "boarding=pool"])
    there = {key for key, _ in leaves_of(composed)}
    there |= {f"study.{name}" for kind in STUDIES.values() for name in kind.model_fields}
    outer = {f"{key.rsplit('.', n)[0]}" for key in there for n in (1, 2)}
    lines = [row for row in meanings() if row.section in ("study", "executor", "often", "more")]
    assert len(lines) > 100
    assert [row.key for row in lines if not any(pattern_of(row.key).fullmatch(key) for key in there | outer)] == []


def test_every_entry_of_the_small_groups_has_a_meaning(keys: list[Key]) -> None:
    groups = ("demand", "support", "study", "executor")
    without = [item.key for item in keys if item.key.split(".")[0] in groups and not item.meaning]
    assert without == ["demand.kind"]


def test_every_key_of_every_study_has_a_meaning() -> None:
    known = {row.key for row in meanings()}
    keys = {f"study.{name}" for kind in STUDIES.values() for name in kind.model_fields if name != "name"}
    assert keys <= known


def test_a_key_of_another_study_is_found_and_says_where_it_belongs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "hold_out", "study=run"]) == 0
    assert "a key of study=calibrate" in capsys.readouterr().out


def test_the_page_of_keys_has_the_tables_of_the_command() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"<!-- keys: (\w+) -->", text) == list(SECTIONS)
    assert with_tables(text) == text, "write it anew: python -m tests.write_keys_page"


# Version and completion


def test_the_version_names_what_a_report_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    line = capsys.readouterr().out
    product, python, compiled, simpy, code = line.strip().split(", ")
    assert re.fullmatch(r"peered \d+\.\d+\.\d+", product)
    assert re.fullmatch(r"Python 3\.\d+\.\S+", python)
    assert re.fullmatch(r"engines: compiled", compiled)
    assert re.fullmatch(r"simpy \(\S+\)", simpy)
    assert re.fullmatch(r"code [0-9a-f]{8}", code)
    assert main(["--version", "study=run"]) == 2


@pytest.mark.parametrize(
    ("option", "remedy"),
    [
        ("--dryrun", "did you mean --dry-run?"),
        ("-x", "--help"),
    ],
)
def test_an_option_of_others_is_answered_with_ours(
    option: str, remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([option, "job"]) == 2
    assert remedy in capsys.readouterr().err


@pytest.fixture(scope="module")
def bash_script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    script = tmp_path_factory.mktemp("completion") / "peered.bash"
    script.write_text(script_for("bash"), encoding="utf-8")
    return script


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("bash") is None, reason="needs bash and its paths")
@pytest.mark.parametrize(
    ("line", "found", "not_found"),
    [
        ("peered ", {"new", "keys", "completion", "--dry-run"}, set()),
        ("peered ke", {"keys"}, {"new"}),
        ("peered --config-dir mine staffing=", {"peer_added", "traditional", "ours"}, {"default"}),
        ("peered staffing=pe", {"peer_added", "peer_247", "peer_evening", "peer_swapped"}, {"ours", "traditional"}),
        ("peered study=run demand.gr", {"demand.growth="}, {"demand.mh_growth="}),
        ("peered staffing.nurse.shifts.from_11.", {"staffing.nurse.shifts.from_11.heads="}, set()),
        ("peered -m experiment=ni", {"night_coverage"}, set()),
        ("peered --config-dir m", {"mine"}, set()),
    ],
)
def test_bash_completes(line: str, found: set[str], not_found: set[str], bash_script: Path, folder: Path) -> None:
    main(["new", "staffing", "ours"])
    # Bash itself cuts words at = as well; the last word is what follows.
    words = re.findall(r"[^\s=]+|=", line) + ([""] if line[-1] in " =" else [])
    script = (
        f"source {bash_script}; COMP_LINE={line!r}; COMP_POINT={len(line)}; "
        f"COMP_WORDS=({' '.join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}; "
        '_peered; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, cwd=folder)
    assert ran.stderr == ""
    got = set(ran.stdout.split())
    assert found <= got
    assert not not_found & got


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_for_each_shell_has_the_words(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "staffing=peer_added" in script
    assert "demand.growth=" in script
    assert not re.search(r"@[A-Z]+@", script)


def test_an_unknown_shell_is_answered_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "csh"]) == 2
    assert "bash, zsh, fish, powershell" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("help", "did you mean peered --help?"),
        ("version", "did you mean peered --version?"),
        ("run", "did you mean study=run?"),
        ("breakeven", "did you mean study=breakeven?"),
        ("traditional", "write key=value, without spaces around ="),
    ],
)
def test_a_bare_word_that_names_an_option_or_a_study_is_understood_as_such(
    word: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word]) == 2
    assert meant in " ".join(capsys.readouterr().err.split())
