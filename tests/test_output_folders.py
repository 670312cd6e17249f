"""Nothing that PeerED did not write is deleted or overwritten; what killed commands have left is put right."""

import errno
import json
import os
import shutil
import sys
import types
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from pathlib import Path

import pytest

from sim.cli import main
from sim.io import file_lock
from sim.io.file_lock import LockHeld, exclusive_lock
from sim.runs import output_folder
from sim.runs.output_folder import (
    MARK,
    Mark,
    begin_draft,
    publish,
    read_mark,
    results_folder,
    results_place,
    write_mark,
)
from sim.runs.run_store import PARTS, foreign_to_sweeps
from sim.runs.tables_on_disk import CannotKeep, OutputError, TableNotWritten, read_table, reason_of

pytestmark = pytest.mark.end_to_end

WEEK = ["study.weeks=1", "study.warm_up_weeks=0", "study.replications=2"]
SHORT = [*WEEK, "study.demand_levels=[1.0]"]
RUN = ["study=run", *SHORT]
STUDIES = {
    "run": RUN,
    "comparison": SHORT,
    "validation": ["study=validate", *WEEK],
    "sweep": ["-m", "demand.growth=0.2,0.3", *WEEK],
    "break-even": ["study=breakeven", "staffing=peer_added", "study.weeks=1"],
}
EARLIER_VERSION = json.dumps({"code": "0123456789abcdef", "versions": {"peered": "0.9"}, "seed": 1})
USERS = {
    "a table": {"hospital_extract.parquet": "PAR1"},
    "a column map": {"visits/ours.yaml": "arrival: arrival"},
    "figures": {"figures/me.png": "PNG"},
    "a name of ours": {"answer.md": "my answer"},
    "results of an earlier version": {"run.json": EARLIER_VERSION, "estimates.parquet": "PAR1"},
    "a mark that is none": {MARK: "{}", "estimates.parquet": "PAR1"},
    "an empty folder": {"visits": None},
}


def fill(folder: Path, files: Mapping[str, str | None]) -> Path:
    """A folder with these files; None makes a folder."""
    for name, text in files.items():
        path = folder / name
        (path if text is None else path.parent).mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_text(text, encoding="utf-8")
    return folder


def everything(folder: Path) -> dict[str, bytes | str | None]:
    """Content of all files, targets of links, None for folders, by name."""

    def content(path: Path) -> bytes | str | None:
        if path.is_symlink():
            return os.readlink(path)
        return path.read_bytes() if path.is_file() else None

    return {str(path.relative_to(folder)): content(path) for path in sorted(folder.rglob("*"))}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results, to be copied."""
    folder = tmp_path_factory.mktemp("played") / "out"
    assert main([*RUN, f"output={folder}"]) == 0
    return folder


@pytest.fixture
def out(played: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(played, tmp_path / "out"))


# --- folders of others ------------------------------------------------------------------------------


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("users", USERS)
def test_a_folder_without_our_mark_is_refused_before_anything_is_played_and_stays_as_it_is(
    study: str, users: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = fill(tmp_path / "theirs", USERS[users])
    before = everything(tmp_path)
    assert main([*STUDIES[study], f"output={folder}"]) == 2
    output = " ".join(capsys.readouterr().err.split())
    assert "holds other files" in output
    assert next(iter(USERS[users])).partition("/")[0] in output or "and 1 more" in output
    assert "nothing was deleted; move them elsewhere, or name an empty or new folder" in output
    assert everything(tmp_path) == before


def test_results_of_an_earlier_version_are_named_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = fill(tmp_path / "old", USERS["results of an earlier version"])
    assert main([*RUN, f"output={folder}"]) == 2
    assert "an earlier version did not mark what it wrote" in " ".join(capsys.readouterr().err.split())


def add_a_file(out: Path) -> str:
    (out / "notes.md").write_text("do not lose me", encoding="utf-8")
    return "notes.md"


def add_a_file_below(out: Path) -> str:
    (out / "visits" / "ours.yaml").write_text("do not lose me", encoding="utf-8")
    return "visits/ours.yaml"


def add_a_table(out: Path) -> str:
    shutil.copy(out / "estimates.parquet", out / "visits" / "extract.parquet")
    return "visits/extract.parquet"


def add_a_folder(out: Path) -> str:
    (out / "figures").mkdir()
    return "figures"


def add_a_link(out: Path) -> str:
    (out / "link").symlink_to(out.parent)
    return "link"


def change_a_file(out: Path) -> str:
    with (out / "answer.md").open("a", encoding="utf-8") as answer:
        answer.write("my thoughts on it\n")
    return "answer.md (changed)"


def link_in_place_of_a_file(out: Path) -> str:
    moved = (out / "estimates.parquet").rename(out.parent / "moved.parquet")
    (out / "estimates.parquet").symlink_to(moved)
    return "estimates.parquet"


def link_in_place_of_a_folder(out: Path) -> str:
    moved = (out / "visits").rename(out.parent / "moved")
    (out / "visits").symlink_to(moved)
    return "visits"


def pipe_in_place_of_a_file(out: Path) -> str:
    (out / "estimates.parquet").unlink()
    os.mkfifo(out / "estimates.parquet")
    return "estimates.parquet"


def forge_the_mark(out: Path) -> str:
    (out / MARK).write_text('{"format": 2, "study": "run"}', encoding="utf-8")
    return MARK


CHANGES = (
    add_a_file, add_a_file_below, add_a_table, add_a_folder, add_a_link, change_a_file, link_in_place_of_a_file,
    link_in_place_of_a_folder, pipe_in_place_of_a_file, forge_the_mark,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_user_changed_in_a_results_folder_stops_the_next_command(
    change: Callable[[Path], str], out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = change(out)
    before = everything(out.parent) if change is not pipe_in_place_of_a_file else {}
    assert main([*RUN, f"output={out}"]) == 2
    output = " ".join(capsys.readouterr().err.split())
    assert f"holds other files ({name}" in output
    if before:
        assert everything(out.parent) == before


def test_what_a_desktop_leaves_in_a_folder_stops_nothing(out: Path) -> None:
    (out / "visits" / ".DS_Store").touch()
    with results_folder(out, "run") as made:
        draft = made.folder
        (draft / "new").touch()
    assert sorted(path.name for path in out.iterdir()) == [MARK, "new"]
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_a_result_without_some_of_its_files_is_replaced(out: Path) -> None:
    (out / "estimates.parquet").unlink()
    assert results_place(out, "run") == out


def test_a_file_that_comes_while_the_study_runs_is_kept_and_so_is_the_new_result(out: Path) -> None:
    before = everything(out)
    with pytest.raises(CannotKeep, match=r"out could not be replaced .*notes.md.* is kept in .*out.unfinished"):  # noqa: PT012, SIM117
        with results_folder(out, "run") as made:
            draft = made.folder
            (draft / "new").write_text("new", encoding="utf-8")
            add_a_file(out)
    assert everything(out) == {**before, "notes.md": b"do not lose me"}
    assert (out.parent / "out.unfinished" / "new").read_text(encoding="utf-8") == "new"
    assert sorted(path.name for path in out.parent.iterdir()) == ["out", "out.unfinished"]


def test_an_unfinished_result_is_never_replaced(tmp_path: Path) -> None:
    for text in ("first", "second"):
        with pytest.raises(CannotKeep), results_folder(tmp_path / "out", "run") as made:  # noqa: PT012
            draft, errors = made.folder, made.errors
            (draft / "a").write_text(text, encoding="utf-8")
            errors.note(draft / "b", OSError(errno.ENOSPC, "No space left on device"))
    assert (tmp_path / "out.unfinished" / "a").read_text(encoding="utf-8") == "first"
    assert (tmp_path / "out.unfinished-2" / "a").read_text(encoding="utf-8") == "second"
    kept = read_mark(tmp_path / "out.unfinished")
    assert kept is not None
    assert kept.status == "incomplete"


def test_a_part_of_what_was_asked_takes_a_free_place_and_replaces_no_earlier_result(out: Path, tmp_path: Path) -> None:
    before = everything(out)
    with pytest.raises(CannotKeep, match=r"1 of 60 blocks have finished: .* kept in .*out\.unfinished, the earlier"):  # noqa: PT012, SIM117
        with results_folder(out, "run") as made:
            draft, errors = made.folder, made.errors
            (draft / "part").write_text("part", encoding="utf-8")
            errors.partial = "1 of 60 blocks have finished"
    assert everything(out) == before
    assert (out.parent / "out.unfinished" / "part").is_file()
    with results_folder(tmp_path / "free", "run") as made:
        draft, errors = made.folder, made.errors
        (draft / "part").write_text("part", encoding="utf-8")
        errors.partial = "1 of 60 blocks have finished"
    assert (tmp_path / "free" / "part").is_file()


def test_a_mount_point_is_refused_since_it_cannot_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.path.ismount", lambda path: path == tmp_path)
    with pytest.raises(OutputError, match="a mount point cannot be replaced whole; name a folder inside it"):
        results_place(tmp_path, "compare")


def test_two_commands_without_a_named_folder_in_one_second_have_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(output_folder, "datetime", Stopped)
    with results_folder(results_place(None, "run"), "run"):
        second = results_place(None, "run")
    assert results_place(None, "run") == second == tmp_path / "results" / "run-20260101-000000-2"


class Stopped(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Stopped":
        return cls(2026, 1, 1, tzinfo=tz)


# --- what killed commands leave ---------------------------------------------------------------------


def result(place: Path, text: str) -> dict[str, bytes | str | None]:
    with results_folder(place, "run") as made:
        draft = made.folder
        fill(draft, {"visits/a": text})
    return everything(place)


def fails(place: Path) -> None:
    with pytest.raises(ZeroDivisionError), results_folder(place, "run"):
        raise ZeroDivisionError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_result_moved_aside_by_a_command_that_was_killed_is_put_back_by_the_next(tmp_path: Path) -> None:
    before = result(tmp_path / "out", "first")
    (tmp_path / "out").rename(tmp_path / ".out.old")
    begin_draft(tmp_path / ".out.draft", "run")
    fails(tmp_path / "other")
    assert names(tmp_path) == ["out"]
    assert everything(tmp_path / "out") == before


def test_an_old_result_whose_successor_stands_is_removed_with_what_is_half_removed(tmp_path: Path) -> None:
    result(tmp_path / "old", "first")
    result(tmp_path / "older", "zeroth")
    (tmp_path / "old").rename(tmp_path / ".out.old")
    (tmp_path / "older").rename(tmp_path / ".out.trash")
    (tmp_path / ".out.trash" / "visits" / "a").unlink()
    after = result(tmp_path / "out", "second")
    assert names(tmp_path) == ["out"]
    assert everything(tmp_path / "out") == after


@pytest.mark.parametrize("left", [{}, {"..peered.json.partial": "{"}])
def test_a_draft_killed_before_it_had_its_mark_is_removed(left: dict[str, str], tmp_path: Path) -> None:
    fill(tmp_path / ".out.draft", {"": None, **left})
    result(tmp_path / "out", "first")
    assert names(tmp_path) == ["out"]


def test_a_draft_is_removed_only_when_no_process_holds_it(tmp_path: Path) -> None:
    with results_folder(tmp_path / "held", "run"):
        fails(tmp_path / "other")
        assert names(tmp_path) == [".held.draft", ".held.lock"]
        (tmp_path / ".held.lock").rename(tmp_path / ".elsewhere.lock")  # as if nobody had held it
        fails(tmp_path / "other")
        assert names(tmp_path) == [".elsewhere.lock"]
        begin_draft(tmp_path / ".held.draft", "run")


@pytest.mark.parametrize("what", ["draft", "old", "trash"])
def test_hidden_neighbours_that_are_not_ours_are_left_alone(what: str, tmp_path: Path) -> None:
    target = fill(tmp_path / "target", {"a": "do not lose me"})
    write_mark(Mark(study="run", status="draft"), target)
    fill(tmp_path / f".theirs.{what}", {"a": "do not lose me"})
    (tmp_path / f".linked.{what}").symlink_to(target)
    before = everything(tmp_path)
    fails(tmp_path / "out")
    assert everything(tmp_path) == before


def test_a_draft_in_the_way_that_is_not_ours_is_named(tmp_path: Path) -> None:
    fill(tmp_path / ".out.draft", {"a": "do not lose me"})
    with pytest.raises(OutputError, match=r"\.out\.draft: is in the way"), results_folder(tmp_path / "out", "run"):
        pass
    assert names(tmp_path) == [".out.draft"]


def test_to_remove_a_draft_follows_no_link(tmp_path: Path) -> None:
    target = fill(tmp_path / "target", {"a": "do not lose me"})
    draft = begin_draft(tmp_path / ".out.draft", "run")
    (draft / "visits").symlink_to(target)
    fails(tmp_path / "out")
    assert names(tmp_path) == ["target"]
    assert (target / "a").exists()


def test_a_second_command_in_the_same_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with results_folder(tmp_path / "out", "run"):
        assert main([*RUN, f"output={tmp_path / 'out'}"]) == 2
    assert "another command is writing to it; wait until it ends" in " ".join(capsys.readouterr().err.split())


# --- the lock ---------------------------------------------------------------------------------------


def test_a_lock_is_held_by_one_and_its_file_goes_with_it(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with exclusive_lock(file, remove=True) as locks:
        assert locks
        with pytest.raises(LockHeld), exclusive_lock(file, wait_seconds=0.1):
            pass
        assert file.exists()
    assert not file.exists()


def test_a_lock_file_that_its_holder_removed_is_not_what_the_next_one_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, taken = tmp_path / "lock", []

    def removed_meanwhile(handle: int) -> bool:
        taken.append(handle)
        if len(taken) == 1:
            file.unlink()
        return True

    monkeypatch.setattr(file_lock, "_try_lock", removed_meanwhile)
    with exclusive_lock(file):
        assert file.exists()
    assert len(taken) == 2


def test_where_files_cannot_be_locked_work_goes_on_and_no_draft_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(_: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setitem(file_lock._LOCKERS, os.name, no_locks)
    result(tmp_path / "out", "first")
    begin_draft(tmp_path / ".out.draft", "run")
    with pytest.raises(OutputError, match="is in the way"), results_folder(tmp_path / "out", "run"):
        pass
    assert (tmp_path / ".out.draft").exists()


def test_windows_locks_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, int]] = []

    def locking(_: int, mode: int, n_bytes: int) -> None:
        calls.append((mode, n_bytes))
        if len(calls) > 1:
            raise PermissionError(errno.EACCES, "Permission denied")

    windows = types.SimpleNamespace(locking=locking, LK_NBLCK=2)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)  # type: ignore[arg-type]
    monkeypatch.setitem(file_lock._LOCKERS, os.name, file_lock._lock_by_msvcrt)
    with exclusive_lock(tmp_path / "lock"), pytest.raises(LockHeld), exclusive_lock(tmp_path / "lock"):
        pass
    assert calls == [(2, 1), (2, 1)]


# --- folders that grow ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("swept") / "out"
    assert main([*STUDIES["sweep"], f"output={folder}"]) == 0
    return folder


@pytest.fixture
def sweep(swept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(swept, tmp_path / "out"))


def test_a_sweep_folder_without_a_mark_is_refused_and_named_as_of_an_earlier_version(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sweep / MARK).unlink()
    before = everything(sweep)
    assert main([*STUDIES["sweep"], f"output={sweep}"]) == 2
    assert "an earlier version did not mark what it wrote" in " ".join(capsys.readouterr().err.split())
    assert everything(sweep) == before


@pytest.mark.parametrize("name", ["notes.md", "parts/mine.parquet", "visits/ours.yaml", "figures/me.png"])
def test_another_file_in_a_sweep_folder_stops_the_sweep(name: str, sweep: Path) -> None:
    fill(sweep, {name: "mine"})
    assert foreign_to_sweeps(sweep)
    before = everything(sweep)
    assert main([*STUDIES["sweep"], f"output={sweep}"]) == 2
    assert everything(sweep) == before


@pytest.mark.parametrize("name", ["sweep.log", ".lock", "parts", "estimates.parquet"])
def test_a_sweep_writes_through_no_link(name: str, sweep: Path) -> None:
    moved = (sweep / name).rename(sweep.parent / "moved")
    (sweep / name).symlink_to(moved)
    assert foreign_to_sweeps(sweep) == [name]
    assert main([*STUDIES["sweep"], f"output={sweep}"]) == 2


def test_all_that_a_sweep_and_a_break_even_study_write_is_known_by_name(tmp_path: Path) -> None:
    visits = f"visits/seed=1/code=0a1b/scenario={'ab' * 32}"
    part = "000001-000012-0123456789abcdef.parquet"
    names = [
        ".lock", ".estimates.parquet.partial", ".sorting/duckdb_temp_storage-0.tmp", "answer.md", "report.html",
        "curves.parquet",
        "figures/breakeven.svg", "figures/.breakeven.png.partial", f"parts/{part}", f"parts/{part}.damaged",
        "parts/.new", "run.json", "sweep.log", "warm_up_days.parquet", f"{visits}/replication=12.parquet",
        f"{visits}/.replication=12.parquet.partial", "..peered.json.partial",
    ]  # fmt: skip
    fill(tmp_path, dict.fromkeys(names, "x"))
    write_mark(Mark(study="breakeven"), tmp_path)
    assert foreign_to_sweeps(tmp_path) == []


def test_an_export_replaces_no_file(sweep: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.csv"
    words = ["study=results", f"run={sweep}", "table=estimates", f"export={file}"]
    file.write_text("mine", encoding="utf-8")
    assert main(words) == 2
    assert "there is a file of that name" in " ".join(capsys.readouterr().err.split())
    assert file.read_text(encoding="utf-8") == "mine"
    file.unlink()
    assert main(words) == 0


# --- parts of other sweeps --------------------------------------------------------------------------


@pytest.fixture
def a_part_per_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.runs.playing.MOST_PER_PART", 1)


@pytest.mark.usefixtures("a_part_per_run")
def test_parts_of_another_sweep_copied_in_lose_no_run(
    sweep: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    assert main(["-m", "demand.growth=0.25,0.35", *WEEK, "seed=7", f"output={other}"]) == 0
    n_before = n_runs(sweep) + n_runs(other)
    for part in (other / PARTS).glob("*.parquet"):
        shutil.copy(part, sweep / PARTS)
    tables = {name: (sweep / f"{name}.parquet").read_bytes() for name in ("estimates", "replications")}
    assert main([*STUDIES["sweep"], f"output={sweep}"]) == 0
    assert "4 of 4 runs are there already" in " ".join(capsys.readouterr().out.split())
    assert n_runs(sweep) == n_before == 8
    assert {name: (sweep / f"{name}.parquet").read_bytes() for name in tables} == tables


def n_runs(folder: Path) -> int:
    return len(read_table(folder / PARTS).drop_duplicates(["scenario", "seed", "replication"]))


# --- a folder shared with the user ------------------------------------------------------------------


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return fill(tmp_path / "ours", {"visits/ours.yaml": "arrival: arrival"})


def test_files_are_written_beside_those_of_the_user_and_again(ours: Path) -> None:
    publish(ours, {"demand/ours.yaml": b"first", "ours.csv": b"1"}, "calibrate")
    publish(ours, {"demand/ours.yaml": b"second"}, "calibrate")
    publish(ours, {"ours.csv": b"2"}, "calibrate")
    assert (ours / "demand" / "ours.yaml").read_bytes() == b"second"
    assert (ours / "visits" / "ours.yaml").read_text(encoding="utf-8") == "arrival: arrival"
    assert names(ours) == [MARK, "demand", "ours.csv", "visits"]


@pytest.mark.parametrize("how", ["theirs", "edited", "linked", "folder linked", "a folder", "in a file"])
def test_no_file_is_overwritten_that_is_not_as_we_wrote_it(how: str, ours: Path, tmp_path: Path) -> None:
    publish(ours, {"demand/ours.yaml": b"first"}, "calibrate")
    target, name = ours / "demand" / "ours.yaml", "demand/ours.yaml"
    if how == "theirs":
        (ours / MARK).unlink()
    elif how == "edited":
        target.write_bytes(b"edited")
    elif how == "linked":
        target.rename(tmp_path / "elsewhere")
        target.symlink_to(tmp_path / "elsewhere")
    elif how == "folder linked":
        target.parent.rename(tmp_path / "elsewhere")
        (ours / "demand").symlink_to(tmp_path / "elsewhere")
    elif how == "a folder":
        target.unlink()
        target.mkdir()
    else:
        name = "visits/ours.yaml/demand.yaml"
    before = everything(tmp_path)
    with pytest.raises(OutputError, match=f"{name} was not written by study=calibrate, or changed since"):
        publish(ours, {"a_new_one.csv": b"1", name: b"second"}, "calibrate")
    assert everything(tmp_path) == before


def test_files_are_written_together_or_not_at_all(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(ours, {"a.csv": b"1"}, "calibrate")
    before = everything(ours)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space"):
            publish(ours, {"a.csv": b"2", "b.csv": b"2"}, "calibrate")
    assert everything(ours) == before


def test_killed_while_files_are_moved_into_place_the_next_command_knows_them_as_ours(
    ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(ours, {"a.csv": b"1", "b.csv": b"1"}, "calibrate")
    replace, moved = os.replace, []

    class Killed(BaseException):
        pass

    def killed_at_the_second(source: Path, target: Path) -> None:
        if Path(target).suffix == ".csv":
            moved.append(target)
            if len(moved) == 2:
                raise Killed
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed_at_the_second)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)  # a kill tidies nothing
        with pytest.raises(Killed):
            publish(ours, {"a.csv": b"2", "b.csv": b"2"}, "calibrate")
    assert ((ours / "a.csv").read_bytes(), (ours / "b.csv").read_bytes()) == (b"2", b"1")
    publish(ours, {"a.csv": b"3", "b.csv": b"3"}, "calibrate")
    assert ((ours / "a.csv").read_bytes(), (ours / "b.csv").read_bytes()) == (b"3", b"3")
    assert names(ours) == [MARK, "a.csv", "b.csv", "visits"]


@pytest.mark.parametrize(
    ("name", "why"), [("loop", "leads to itself"), ("a" * 300, "too long"), ("a/" * 3000, "too long")]
)
def test_a_name_that_can_be_no_folder_is_refused(name: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match=why):
        results_place(tmp_path / name, "run")


def test_a_table_that_could_not_be_written_keeps_its_reason_when_it_is_given_a_file() -> None:
    error = TableNotWritten("Could not write: no space left")
    error.filename = "estimates.parquet"
    assert str(error) == reason_of(error) == "Could not write: no space left"
