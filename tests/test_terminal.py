"""What has been played and written is done, whatever becomes of what is shown of it."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from sim.__main__ import flush_or_drop
from sim.cli import main
from sim.report import terminal
from sim.report.terminal import patient_console, show_finished

pytestmark = pytest.mark.end_to_end

SHORT = ["study.weeks=1", "study.warm_up_weeks=0", "study.replications=2", "study.demand_levels=[1.0]"]
RUN = ["study=run", *SHORT]
SIGNS = "−3 ± 1, ≤ 5 × 2, 20 °C, †, é, 漢, –"


def stream_of(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\n")


def written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    content = stream.buffer
    assert isinstance(content, io.BytesIO)
    return content.getvalue().decode(stream.encoding)


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("ascii", "-3 +/- 1, <= 5 x 2, 20  degC, +, e, ?, -"),
        ("latin-1", "-3 ± 1, <= 5 × 2, 20 °C, +, é, ?, -"),
        ("cp1252", "-3 ± 1, <= 5 × 2, 20 °C, †, é, ?, –"),
        ("utf-8", SIGNS),
        ("utf-16", SIGNS),
    ],
)
def test_a_sign_that_a_stream_does_not_have_is_shown_by_others(encoding: str, shown: str) -> None:
    stream = stream_of(encoding)
    patient_console(stream).print(SIGNS, markup=False, highlight=False)
    assert written(stream).strip() == shown


@pytest.mark.parametrize(("encoding", "shown"), [("utf-8", "folder\ufffd"), ("ascii", "folder?")])
def test_half_a_character_of_a_name_on_disk_is_shown_as_a_replacement(encoding: str, shown: str) -> None:
    stream = stream_of(encoding)
    patient_console(stream).print("folder\udcff", markup=False, highlight=False)
    assert written(stream).strip() == shown


class Full(io.StringIO):
    """A stream that takes a little and then nothing."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


class Unflushed(io.StringIO):
    def flush(self) -> None:
        raise BrokenPipeError


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


STREAMS: dict[str, Callable[[], io.TextIOBase | None]] = {
    "cp1252": lambda: stream_of("cp1252"), "latin-1": lambda: stream_of("latin-1"), "ascii": lambda: stream_of("ascii"),
    "full": Full, "nobody reads": Unflushed, "closed": closed, "none": lambda: None,
}  # fmt: skip


@pytest.mark.parametrize("stream", STREAMS)
def test_whatever_the_output_can_take_the_exit_code_tells_of_the_run(
    stream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", STREAMS[stream]())
    monkeypatch.setattr(sys, "stderr", STREAMS[stream]())
    assert main([*RUN, f"output={tmp_path / 'out'}"]) == 0
    assert (tmp_path / "out" / "answer.md").exists()
    assert main(["study=run", "staffing=no_such", f"output={tmp_path / 'out'}"]) == 2
    assert main(["--help"]) == 0


def test_the_answer_in_the_encoding_of_windows_is_the_same_but_for_its_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, folder = [], sweep(tmp_path)
    for encoding in ("utf-8", "cp1252"):
        stream = stream_of(encoding)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            assert main(["study=results", f"run={folder}"]) == 0
        shown.append(written(stream))
    assert "−" in shown[0]
    numbers = [re.findall(r"[\d.,]+", text) for text in shown]
    assert numbers[0] == numbers[1]
    assert "?" not in shown[1]


def sweep(folder: Path) -> Path:
    """The folder of a small sweep, played once."""
    if not (folder / "sweep").exists():
        words = ["-m", "staffing=peer_added,traditional", "study.weeks=1", "study.warm_up_weeks=0"]
        assert main([*words, "study.replications=2", f"output={folder / 'sweep'}"]) == 0
    return folder / "sweep"


@pytest.mark.parametrize("study", ["run", "sweep"])
def test_an_answer_that_cannot_be_rendered_costs_neither_the_results_nor_the_exit_code(
    study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise IndexError("no such cell")

    monkeypatch.setattr("sim.studies.compare.print_comparison", broken)
    monkeypatch.setattr("sim.studies.sweep.print_answer", broken)
    words = RUN if study == "run" else ["-m", "demand.growth=0.2,0.3", *SHORT[:3]]
    assert main([*words, f"output={tmp_path / 'out'}"]) == 0
    output = " ".join(capsys.readouterr().err.split())
    assert f"the answer could not be shown (IndexError: no such cell); the results are in {tmp_path}" in output
    assert (tmp_path / "out" / "estimates.parquet").exists()


def test_what_cannot_be_shown_nor_said_is_passed_over() -> None:
    class Mute(Console):
        def print(self, *_: object, **__: object) -> None:
            raise RuntimeError

    def broken() -> None:
        raise ValueError

    show_finished(broken, Mute(file=io.StringIO()), "out")


def test_what_a_lost_stream_still_holds_goes_nowhere() -> None:
    """Else Python ends with code 120 when it cannot flush."""
    flush_or_drop(None)
    flush_or_drop(closed())  # type: ignore[arg-type]
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w", encoding="utf-8")
    stream.write("nobody reads this")
    flush_or_drop(stream)
    stream.close()


@pytest.mark.parametrize("substitute", terminal.SUBSTITUTES.values())
def test_every_substitute_is_ascii(substitute: str) -> None:
    assert substitute.isascii()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "redirected",
    [
        "> /dev/full", "2> /dev/full", "> /dev/full 2>&1", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "| head -n 1",
        "| true", "2>&1 | head -c 10", "> answer.txt",
    ],
)  # fmt: skip
@pytest.mark.parametrize("environment", [{}, {"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_a_shell_sees_code_zero_wherever_the_answer_goes(
    redirected: str, environment: dict[str, str], tmp_path: Path
) -> None:
    command = f"{sys.executable} -m sim {' '.join(RUN)} output=out"
    script = f"{{ {command}; echo $? > code; }} {redirected}"
    subprocess.run(["sh", "-c", script], cwd=tmp_path, env=os.environ | environment, check=False, capture_output=True)
    assert (tmp_path / "code").read_text().strip() == "0"
    assert "±" in (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
