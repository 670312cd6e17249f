"""The command understands what it is asked, says all that is wrong at once, and writes whole results or none."""

import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

from sim.cli import main
from sim.runs.tables_on_disk import WriteErrors, read_table
from sim.studies.study import all_drawn
from tests.in_process import peered
from tests.one_figure import draw_one_figure
from tests.waiting import PATIENCE

pytestmark = pytest.mark.end_to_end

SHORT = ["study.weeks=1", "study.warm_up_weeks=0", "study.replications=2", "study.demand_levels=[1.0]"]


def process_of(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "sim", *words], capture_output=True, text=True, cwd=cwd, check=False)


def test_a_typo_is_named_with_its_remedy_and_nothing_is_written(tmp_path: Path) -> None:
    done = peered("demand.grwoth=1.1", "staffing=peer_aded", f"output={tmp_path / 'out'}", cwd=tmp_path)
    assert done.returncode == 2
    assert "demand.grwoth" in done.stderr
    assert "growth" in done.stderr
    assert "did you mean peer_added" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-m", "demand.growth=1,2", "run=out"], "study=results"),
        (["study=results"], "run=FOLDER"),
        (["study=results", "run=nowhere"], "holds no sweep"),
        (["--fast"], "unknown option"),
        (["--config-dir"], "needs a folder"),
        (["visits=a.csv"], "study=calibrate"),
        (["study=results", "output=x"], "writes no files"),
        (["study=equilibrium"], "no such choice"),
        (["study=validate", "study.seed=501"], "it is a key of its own: seed=…"),
        (["study=calibrate"], "visits=FILE"),
        (["study=calibrate", "visits=nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_is_not_understood_ends_with_code_two(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert said in capsys.readouterr().err.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []


def test_help_names_the_studies_and_the_staffings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "study=validate" in shown
    assert "peer_swapped" in shown


HEAVY = {"sim.engine.reference.model", "matplotlib", "scipy.stats"}
"""What takes 0.2 s and more to load, and few commands need."""


@pytest.mark.parametrize(
    ("words", "not_loaded"),
    [
        (["--help"], HEAVY | {"hydra", "pandas", "duckdb"}),
        (["--dry-run", "study=run"], HEAVY),
        (["study=run", "engine=simpy", *SHORT, "executor.workers=1"], {"matplotlib", "scipy.stats"}),
        (["study=run", *SHORT, "study.replications=1"], HEAVY | {"simpy", "sim.studies.sweep"}),
    ],
)
def test_nothing_is_loaded_that_is_not_needed(words: list[str], not_loaded: set[str], tmp_path: Path) -> None:
    look = "import sys; from sim.cli import main; main(sys.argv[1:]); print('loaded:', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", look, *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    loaded = set(done.stdout.split("loaded:")[1].split())
    assert "sim.cli" in loaded
    assert loaded & not_loaded == set()


def test_a_dry_run_knows_the_engine(capsys: pytest.CaptureFixture[str]) -> None:
    said = {}
    for engine in ("compiled", "simpy"):
        assert main(["--dry-run", f"engine={engine}"]) == 0
        said[engine] = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(r"about \d+ (s|min); nothing was run, nothing was written", said["compiled"])
    assert int(said["simpy"].split()[1]) > int(said["compiled"].split()[1]) // 60


def test_a_dry_run_counts_the_days_of_follow_up(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = []
    for days in (0, 364):
        words = ["study=run", "engine=simpy", "study.weeks=52", "study.warm_up_weeks=0", f"study.follow_up_days={days}"]
        assert main(["--dry-run", *words]) == 0
        seconds.append(int(re.findall(r"about (\d+) min", capsys.readouterr().out)[0]))
    assert seconds[1] == pytest.approx(2 * seconds[0], abs=1)


def test_a_dry_run_of_a_calibration_says_what_is_played(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--dry-run", "study=calibrate", "visits=FILE", "study.map=peered"]
    assert main([*words, "study.hold_out=0"]) == 0
    assert (
        "study=calibrate: the file is read and fitted, 5 runs of 26 weeks are compared with it\n"
        in capsys.readouterr().out
    )
    assert main([*words, "study.hold_out=0.25", "study.match=[physician]"]) == 0
    said = capsys.readouterr().out
    assert "the days held out are predicted by playing a department, twice at most 1,440 runs are matched" in said


def test_a_dry_run_says_how_long_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--dry-run", *SHORT]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_comparison_leaves_tables_figures_visits_and_provenance(tmp_path: Path) -> None:
    out = tmp_path / "answer"
    done = process_of("study.staffing=[traditional,peer_added]", *SHORT, f"output={out}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "No benefit was assumed" in done.stdout
    assert "resource_tracker" not in done.stderr, "nothing shared with those who drew figures is left behind"
    assert "\x1b[" not in done.stdout, "plain lines when not a terminal"
    facts = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert facts["blocks_finished"] == facts["blocks_planned"] == 2
    replications = read_table(out / "replications.parquet")
    assert set(replications["staffing"]) == {"traditional", "peer_added"}
    assert len(list((out / "visits").glob("*.parquet"))) == 2, "replication 0 of each staffing only"
    visits = read_table(out / "visits")
    assert set(visits["replication"]) == {0}
    assert len(list((out / "figures").glob("*.png"))) >= 6
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")], "no draft is left"


def test_an_earlier_result_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert peered("study=run", *SHORT, "seed=1", f"output={out}", cwd=tmp_path).returncode == 0
    first = (out / "replications.parquet").read_bytes()
    assert peered("study=run", *SHORT, "seed=2", f"output={out}", cwd=tmp_path).returncode == 0
    assert (out / "replications.parquet").read_bytes() != first
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_other_files_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("do not lose me", encoding="utf-8")
    done = peered(*SHORT, "study=run", f"output={tmp_path / 'thesis'}", cwd=tmp_path)
    assert done.returncode == 2
    assert "other files" in done.stderr
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.txt"]


def test_a_users_file_beside_an_earlier_result_is_not_lost(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert peered(*SHORT, "study=run", f"output={out}", cwd=tmp_path).returncode == 0
    (out / "thesis.docx").write_text("do not lose me", encoding="utf-8")
    done = peered(*SHORT, "study=run", f"output={out}", cwd=tmp_path)
    assert done.returncode == 2
    assert "thesis.docx" in done.stderr
    assert (out / "thesis.docx").exists()
    assert (out / "run.json").exists()


@pytest.mark.parametrize("wanted", [".", "..", "afile", "afile/inside"])
def test_an_impossible_output_is_named_before_anything_runs(wanted: str, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "afile").write_text("x", encoding="utf-8")
    done = peered("study=run", f"output={wanted}", cwd=here)
    assert done.returncode == 2
    assert done.stderr.startswith("peered: output = ")
    assert [path.name for path in here.iterdir()] == ["afile"]


def test_one_replication_is_shown_without_intervals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_one_figure(monkeypatch)  # all of them are drawn of one replication in test_report
    words = ["study.staffing=[traditional,peer_added]", *SHORT, "study.replications=1", f"output={tmp_path / 'out'}"]
    done = peered(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    assert (tmp_path / "out" / "figures" / "finding.png").exists()


def test_a_study_whose_reader_went_away_still_writes_its_results(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "sim", "study=run", *SHORT, "executor.workers=1", f"output={out}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.wait(PATIENCE) == 0
    assert (out / "run.json").exists()


def test_a_figure_that_fails_costs_the_figures_and_says_so() -> None:
    failed: Future[list[Path]] = Future()
    failed.set_exception(ValueError("no ink"))
    said: list[str] = []
    assert not all_drawn([failed.result], said.append, WriteErrors())
    assert "could not be drawn (ValueError: no ink)" in said[0]


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_an_interrupt_while_files_are_written_waits_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    undisturbed, out, interrupted_at = tmp_path / "undisturbed", tmp_path / "out", []
    assert peered("study=run", *SHORT, f"output={undisturbed}", cwd=tmp_path).returncode == 0
    replace = os.replace

    def with_an_interrupt(source: Path, target: Path) -> None:
        if Path(target).name == "run.json":  # the first of the files that are written when all is played
            interrupted_at.append(Path(target))
            os.kill(os.getpid(), signal.SIGINT)
        replace(source, target)

    monkeypatch.setattr(os, "replace", with_an_interrupt)
    done = peered("study=run", *SHORT, f"output={out}", cwd=tmp_path)
    assert len(interrupted_at) == 1
    assert done.returncode in (0, 1), done.stderr
    assert sorted(path.name for path in out.rglob("*")) == sorted(path.name for path in undisturbed.rglob("*"))
    for table in ("estimates", "replications"):
        assert (out / f"{table}.parquet").read_bytes() == (undisturbed / f"{table}.parquet").read_bytes()


@pytest.mark.slow
def test_every_executor_and_number_of_cores_gives_the_same_tables(tmp_path: Path) -> None:
    tables = []
    for executor, workers in (("auto", 1), ("threads", 2), ("processes", 2)):
        out = tmp_path / f"{executor}{workers}"
        words = [f"executor={executor}", f"executor.workers={workers}", f"output={out}"]
        done = peered("study=run", *SHORT, *words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        tables.append(read_table(out / "replications.parquet"))
    assert tables[0].equals(tables[1])
    assert tables[0].equals(tables[2])


TOLD_OF_EACH = """
from functools import partial
from sim.__main__ import command
from sim.report import progress
progress.ProgressLines = partial(progress.ProgressLines, every=0.0)
command()
"""
"""The command with a line of progress after each block, not after half a minute."""


def can_be_interrupted() -> None:
    """A shell that started the tests in the background has them, and all they start, ignore interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
@pytest.mark.parametrize(
    "where",
    [
        pytest.param(("executor.workers=1",), marks=pytest.mark.slow),
        ("executor=threads", "executor.workers=2"),
        pytest.param(("engine=simpy", "executor.workers=2"), marks=pytest.mark.slow),
    ],
)
def test_an_interrupt_keeps_what_is_finished(where: tuple[str, ...], tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["study=run", "study.weeks=1", "study.warm_up_weeks=0", "study.replications=4000", f"output={out}"]
    with subprocess.Popen(
        [sys.executable, "-u", "-c", TOLD_OF_EACH, *words, *where],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, preexec_fn=can_be_interrupted,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        for line in running.stdout:
            if "done" in line:
                break
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 1, errors
    facts = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert 1 <= facts["blocks_finished"] < 4000
    kept = read_table(out / "replications.parquet")
    assert kept["replication"].nunique() == facts["blocks_finished"]
    assert "interrupted" in rest


def test_the_assumptions_in_use_are_printed_with_source_and_grade(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study=assumptions", "study.word=TIM17"]) == 0
    shown = capsys.readouterr().out
    assert "TIM17" in shown
    assert "assumption" in shown
