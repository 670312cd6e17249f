"""What Windows and macOS do otherwise than Linux, imitated as far as one system can play another."""

import ctypes
import os
import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from sim.analysis import design_needs
from sim.analysis.design_needs import GIB, memory_of_machine
from sim.cli import main
from sim.config.overrides import with_lists_joined
from sim.department.quantities import sum_in_order
from sim.io import bounded_reader
from sim.io.bounded_reader import UnreadableFile, read_text
from sim.io.file_names import file_name
from sim.runs import run_store
from sim.runs.tables_on_disk import write_text
from sim.studies.settings_by_study import CalibrateSettings

LIST = "study.staffing=[traditional,peer_added]"


@pytest.mark.parametrize(
    "typed",
    [
        "study.staffing=[traditional peer_added]",  # PowerShell, where a comma ends a word
        "study.staffing=[traditional, peer_added]",  # a space after the comma, in any shell
        "study.staffing=[ traditional ,peer_added ]",
        LIST,
    ],
)
def test_a_list_that_a_shell_took_apart_is_put_together(typed: str) -> None:
    words = ["-m", *shlex.split(typed), "study.weeks=8", "--dry-run"]
    assert with_lists_joined(words) == ["-m", LIST, "study.weeks=8", "--dry-run"]


@pytest.mark.parametrize(
    "words",
    [
        ["study.staffing=[a", "study.weeks=8"],  # the next word is an override, so the bracket was forgotten
        ["staffing=peer_added", "peer_247"],
        ["output=a[b", "c"],  # a path is taken as typed
        ["--config-dir", "a[b", "c"],
    ],
)
def test_words_that_are_no_list_stay_apart(words: list[str]) -> None:
    assert with_lists_joined(words) == words


def test_a_list_with_a_space_in_it_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dry-run", "study.staffing=[traditional,", "peer_added]", "study.weeks=8"]) == 0
    assert "study=compare: traditional, peer_added" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["con", "nul", "com1", "lpt9"])
def test_a_demand_is_not_named_after_a_device_of_windows(name: str) -> None:
    with pytest.raises(ValidationError, match="is a device on Windows"):
        CalibrateSettings(demand_name=name)


def test_a_name_that_begins_like_a_device_is_free() -> None:
    assert file_name("com10") == "com10"


def test_a_part_is_flushed_through_a_handle_that_windows_lets_flush(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = tmp_path / "part"
    part.write_bytes(b"rows")
    opened: list[int] = []

    def open_as_windows(path: Path, flags: int) -> int:
        opened.append(flags)
        return os.open(path, flags)

    windows = SimpleNamespace(
        name="nt", open=open_as_windows, fsync=os.fsync, close=os.close, O_RDONLY=os.O_RDONLY, O_RDWR=os.O_RDWR
    )
    monkeypatch.setattr(run_store, "os", windows)
    run_store.flush(part)
    run_store.flush(tmp_path)
    assert opened == [os.O_RDWR]


def test_a_sum_does_not_depend_on_the_python() -> None:
    # Since 3.12 the built-in `sum` makes 1.0 of them, and a cost would differ in its last digit.
    assert sum_in_order([0.1] * 10) == 0.9999999999999999
    assert sum_in_order([]) == 0.0


def test_text_has_the_same_bytes_on_every_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_as_windows(file: Path, text: str, encoding: str | None = None, newline: str | None = None) -> None:
        file.write_bytes(text.replace("\n", "\r\n" if newline is None else newline).encode(encoding or "cp1252"))

    monkeypatch.setattr(Path, "write_text", write_as_windows)
    write_text("≤ one\ntwo\n", tmp_path / "a.md")
    assert (tmp_path / "a.md").read_bytes() == "≤ one\ntwo\n".encode()


def test_windows_is_asked_for_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(reference: Any) -> int:
        reference._obj.value = 48 * GIB // 1024  # in kilobytes
        return 1

    windows = SimpleNamespace(kernel32=SimpleNamespace(GetPhysicallyInstalledSystemMemory=answer))
    monkeypatch.setattr(ctypes, "windll", windows, raising=False)
    monkeypatch.delattr(design_needs.os, "sysconf")
    monkeypatch.setattr(design_needs, "CGROUP_LIMITS", ())
    assert memory_of_machine() == 48 * GIB


def test_a_folder_that_windows_will_not_open_is_named_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    file = tmp_path / "file"
    file.touch()
    monkeypatch.setattr(bounded_reader.os, "open", refuse)
    with pytest.raises(UnreadableFile, match="a folder: not a regular file"):
        read_text(tmp_path, 100)
    with pytest.raises(UnreadableFile, match="cannot be read \\(Permission denied\\)"):
        read_text(file, 100)
