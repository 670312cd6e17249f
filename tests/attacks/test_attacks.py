"""Hostile inputs do no harm: no foreign code, no file read or written outside, nothing lost, no traceback, no hang.

All of them are tried by the slow test, each in a process of its own; a sample of those that play nothing by the quick
one. `python -m tests.attacks --only TEXT` tries some.
"""

import os
import random
import re
import resource
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.attacks.attack import Answer, Attack, Place, accepted, file, nothing, numbers_not_typed, refused
from tests.attacks.harness import counted, in_a_process, in_this_process, made_sweep, tried, try_all
from tests.attacks.results_folders import harmless_page
from tests.attacks.table import ATTACKS
from tests.in_process import peered

ROOT = Path(__file__).parents[2]
QUICK = [attack for attack in ATTACKS if attack.is_quick]
N_SAMPLE, SEED_OF_SAMPLE = 15, 20
MORE_MEMORY = 4 * 2**30
"""Bytes of addresses that an input may take in this process beside those it has."""


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder with a short name: a message that names a file in it is not broken in the middle of the name."""
    with tempfile.TemporaryDirectory(prefix="pa-") as folder:
        yield Path(folder)


@contextmanager
def bounded_memory() -> Iterator[None]:
    """An input that wants all the memory gets an error instead of the machine."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    in_use = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + MORE_MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.slow
def test_every_hostile_input_is_met_well(short_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = made_sweep(short_path / "sweep")
    results = try_all(ATTACKS, short_path / "tried", sweep, os.cpu_count() or 1)
    table = counted(results)
    with capsys.disabled():
        print(f"\n{table}")
    assert all(not each.complaints for each in results), table


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory in use is read from /proc")
@pytest.mark.parametrize(
    "attack",
    random.Random(SEED_OF_SAMPLE).sample(QUICK, N_SAMPLE),
    ids=lambda attack: f"{attack.family}: {attack.name}",
)
def test_a_sample_of_hostile_inputs_is_met_well(
    attack: Attack, short_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with bounded_memory():
        found = tried(attack, short_path / "0", in_this_process(capsys, monkeypatch))
    assert found.complaints == (), found.answer.text


# --- the table and what is written of it


def test_the_table_has_at_least_a_hundred_and_fifty_different_inputs() -> None:
    assert len({(attack.family, attack.name) for attack in ATTACKS}) == len(ATTACKS) >= 150


def test_the_counts_of_the_security_page_are_those_of_the_table() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    told = {name: int(n) for name, n in re.findall(r"^\| ([\w ]+?) \| ([\d,]+) \|$", page, re.MULTILINE)}
    n_in = Counter(attack.family for attack in ATTACKS)
    assert told == {**n_in, "all": len(ATTACKS)}


# --- the harness sees what it is there to see


Harm = Callable[[Place], object]


def complaints_of(attack: Attack, folder: Path, answer: Answer, harm: Harm = nothing) -> str:
    """What is said of an attempt that ended like this and, meanwhile, did some harm."""

    def run(_: Attack, place: Place) -> Answer:
        harm(place)
        return answer

    return " ".join(tried(attack, folder / "0", run).complaints)


PLAIN = Attack("family", "name", ("output=out",), accepted())
FINE = Answer(0, "done\n", "")


@pytest.mark.parametrize(
    ("harm", "complaint"),
    [
        (nothing, ""),
        (lambda place: (place.out / "new.txt").touch(), ""),
        (lambda place: (place.out / "mine.md").unlink(), "lost: desk/out/mine.md"),
        (lambda place: (place.work / "new.txt").touch(), "made: desk/new.txt"),
        (lambda place: (place.outside / "x").mkdir(), "made: outside/x"),
        (lambda place: (place.work / "thesis.md").unlink(), "lost: desk/thesis.md"),
        (lambda place: (place.outside / "plan.csv").write_text(""), "changed: outside/plan.csv"),
        (lambda place: (place.root / "tmp" / "left").touch(), "made: tmp/left"),
        (lambda place: place.planted_file.touch(), "planted code was run"),
        (lambda place: shutil.copy(place.outside / "secret.txt", place.out), "a secret was written into secret.txt"),
    ],
)
def test_the_harness_sees_what_is_written_lost_or_run(harm: Harm, complaint: str, short_path: Path) -> None:
    found = complaints_of(Attack("f", "n", (), accepted(), file("out/mine.md", "mine")), short_path, FINE, harm)
    assert complaint in found if complaint else found == ""


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        ("", "", ""),
        ("</title>", "</title><img src=x>", "a tag of theirs"),
        ("</body>", "</script></body>", "a script too many"),
        ('"commands":["peered', '"commands":["peered $(touch y)', "$( was handed on"),
    ],
)
def test_the_harness_sees_what_a_page_to_explore_has_of_others(
    written: str, instead: str, complaint: str, sweep_folder: Path, tmp_path: Path
) -> None:
    place = Place(tmp_path)
    place.work.mkdir()
    answer = peered("study=results", f"run={sweep_folder}", "export=e.html", cwd=place.work)
    assert answer.returncode == 0, answer.stderr
    page = place.work / "e.html"
    text = page.read_text(encoding="utf-8")
    assert written in text
    page.write_text(text.replace(written, instead) if written else text, encoding="utf-8")

    assert harmless_page(FINE, place) == ([complaint] if complaint else [])


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (Answer(1, "", "Traceback (most recent call last):"), "a traceback was shown"),
        (Answer(None, "", "", hung=True), "took longer than allowed"),
        (Answer(-9, "", ""), "ended by signal 9"),
        (Answer(0, "\x1b[31m", ""), "a control character"),
        (Answer(0, "canary-of-a-file-outside-93ab", ""), "a secret was shown"),
        (Answer(1, "", ""), "exit code 1, expected 0"),
    ],
)
def test_the_harness_sees_how_a_command_ended(answer: Answer, complaint: str, short_path: Path) -> None:
    assert complaint in complaints_of(PLAIN, short_path, answer)


def test_a_command_that_hangs_is_ended_and_one_that_takes_all_memory_gets_an_error(
    short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.attacks import harness

    monkeypatch.setattr(harness, "COMMAND", ("/bin/sh", "-c", "sleep 60"))
    hung = tried(Attack("f", "n", (), accepted(), seconds=0.5), short_path / "0", in_a_process())
    assert "took longer than allowed" in hung.complaints
    monkeypatch.setattr(harness, "COMMAND", (harness.sys.executable, "-c", "bytearray(1 << 44)"))
    greedy = tried(PLAIN, short_path / "1", in_a_process())
    assert "a traceback was shown" in greedy.complaints


def test_a_refusal_needs_a_place_a_remedy_and_exit_code_2(short_path: Path) -> None:
    attack = Attack("f", "n", ("seed=-1",), refused("seed"))
    fine = Answer(2, "", "1 problem; nothing was run, nothing was written\n  seed = -1\n    give a number from 0\n")
    assert complaints_of(attack, short_path, fine) == ""
    assert "no remedy" in complaints_of(attack, short_path, Answer(2, "", "1 problem\n  seed = -1\n"))
    assert "does not say 'seed'" in complaints_of(attack, short_path, Answer(2, "", "peered: no; do that"))
    assert "exit code 1" in complaints_of(attack, short_path, Answer(1, "", fine.err))


def test_a_number_that_was_typed_is_no_number_of_the_refusal() -> None:
    words = ("study.weeks=1000000000",)
    assert numbers_not_typed("1 problem\n  study.weeks = 1000000000\n    too many", words) == []
    assert numbers_not_typed("1 problem\n  study.weeks = 1000000000\n    needs 7.1 GiB", words) == ["7.1"]
