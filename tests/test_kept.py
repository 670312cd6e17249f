"""What is kept from one command to the next is the same as what is made anew, and never out of date."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.config import compose, files
from sim.config import composition_cache as kept
from sim.config.overrides import PLAIN_KEY, by_grammar, plain_value
from sim.department.scenario import Problem, ScenarioError
from sim.io import disk_cache as on_disk
from sim.studies.question import Question


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which this test keeps things."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("PEERED_CACHE", str(folder))
    forget()
    return folder


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    """A folder of groups of the user's own."""
    (tmp_path / "groups" / "demand").mkdir(parents=True)
    write_growth(tmp_path / "groups", 1.1)
    return tmp_path / "groups"


def write_growth(groups: Path, growth: float) -> None:
    """A demand that differs from the usual in its growth, in a file that always seems to be of one age."""
    file = groups / "demand" / "mine.yaml"
    file.write_text(f"defaults: [default, _self_]\nname: mine\ngrowth: {growth}\n", encoding="utf-8")
    os.utime(file, (1, 1))


def forget() -> None:
    """As in a process that has just begun."""
    files.composed_once.cache_clear()
    files.composed_together.cache_clear()


def anew(*words: str, groups: Path | None = None) -> Question:
    """Compose as a process does that has just begun."""
    forget()
    return compose(["study=run", *words], groups)


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("composed again")


def test_a_composition_is_found_again_without_hydra_and_is_the_same(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = anew("study.replications=3")
    monkeypatch.setattr(files, "composed_by_hydra", refuse)
    assert repr(anew("study.replications=3")) == repr(first)


def test_a_second_process_does_without_hydra(cache: Path) -> None:
    look = "import sys, sim; sim.load('demand.growth=1.5'); print('hydra' in sys.modules)"
    said = [subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True) for _ in range(2)]
    assert [each.stdout.strip() for each in said] == ["True", "False"]


def test_staffings_composed_together_are_found_again_too(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    first = compose(["study.staffing=all"])
    forget()
    monkeypatch.setattr(files, "composed_by_hydra", refuse)
    assert repr(compose(["study.staffing=all"])) == repr(first)


def test_a_changed_file_is_seen_whatever_its_age(cache: Path, groups: Path) -> None:
    assert anew("demand=mine", groups=groups).scenario.demand.growth == 1.1
    write_growth(groups, 1.7)
    assert anew("demand=mine", groups=groups).scenario.demand.growth == 1.7


@pytest.mark.parametrize("damage", [b"", b"rubbish", b"0" * 64 + b"\n{}", None])
def test_what_is_damaged_is_made_anew(damage: bytes | None, cache: Path) -> None:
    first = anew()
    (file,) = cache.glob("*.kept")
    whole = file.read_bytes()
    file.write_bytes(whole[:-9] if damage is None else damage)
    assert repr(anew()) == repr(first)
    assert file.read_bytes() == whole


@pytest.mark.parametrize("place", ["a file/cache", "a file"])
def test_a_folder_that_cannot_be_written_to_keeps_nothing(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("mine", encoding="utf-8")
    monkeypatch.setenv("PEERED_CACHE", str(tmp_path / place))
    assert anew().scenario.staffing.name == "traditional"
    assert (tmp_path / "a file").read_text(encoding="utf-8") == "mine"


def test_nothing_is_kept_where_nothing_is_to_be(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEERED_CACHE", "")
    anew()
    assert on_disk.kept_folder() is None
    assert not cache.exists()


def test_errors_are_not_kept(cache: Path, groups: Path) -> None:
    (groups / "demand" / "mine.yaml").write_text("defaults: [default, _self_]\ngrowth: ${nowhere}\n", encoding="utf-8")
    said = []
    for _ in range(2):
        with pytest.raises(ScenarioError) as error:
            anew("demand=mine", groups=groups)
        said.append(str(error.value))
    assert said[0] == said[1]
    write_growth(groups, 1.2)
    assert anew("demand=mine", groups=groups).scenario.demand.growth == 1.2


def test_a_pipe_among_the_files_keeps_nothing_and_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "staffing").mkdir()
    os.mkfifo(tmp_path / "staffing" / "x.yaml")
    assert kept.name_of(("question",), [tmp_path]) is None


def test_what_json_would_change_is_not_kept(cache: Path) -> None:
    assert kept.kept_or_made(("odd",), [], lambda: {1: (2, 3)}) == {1: (2, 3)}
    assert not list(cache.glob("*"))
    assert json.loads(kept.text_of({"a": [1, 1.0, None]}) or b"") == {"a": [1, 1.0, None]}


def test_what_changes_while_it_is_read_is_not_kept(cache: Path, groups: Path) -> None:
    def made() -> dict[str, float]:
        write_growth(groups, 1.9)
        return {"growth": 1.1}

    assert kept.kept_or_made(("slow",), [groups], made) == {"growth": 1.1}
    assert not list(cache.glob("*"))


def test_of_many_the_last_written_are_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_disk, "MOST_KEPT", 5)
    monkeypatch.setattr(on_disk, "FEWER", 3)
    for number in range(6):
        on_disk.keep(f"n{number}", b"content")
        os.utime(cache / f"n{number}.kept", (number, number))
    on_disk.keep("n6", b"content")
    assert sorted(file.stem for file in cache.glob("*")) == ["n3", "n4", "n5", "n6"]


WORDS = [
    *("a", "ab_1", "_x", "_", "__", "é", "NULL", "nulL", "None", "yes", "off", "True", "tRue", "nan", "NaN", "inf"),
    *("1", "0", "00", "01", "-1", "+1", "1_000", "0x10", "123456789012345678", "9999999999999999999", "1.0", "1."),
    *(".5", "1.50", "0.0", "00.5", "1e5", "1.e5", "0.1234567890123456789", "1.7976931348623157", "[a]", "[a,b]"),
    *("[1,2.5]", "[]", "[a,]", "[,]", "[[a],b]", "[null]", "choice", "interval", "range", "str", "int", "a.b", "a-b"),
]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("key", ["a", "a.b.c", "null", "extend.list", "choice.a_1"])
def test_a_plain_value_is_what_the_grammar_reads_in_it(word: str, key: str) -> None:
    plain = plain_value(word)
    if plain is not None and PLAIN_KEY.fullmatch(key):
        told = by_grammar(key, word)
        assert not isinstance(told, Problem)
        assert not told.is_sweep_override()
        assert repr(told.value()) == repr(plain)


def test_most_of_what_people_type_is_plain() -> None:
    typed = ["run", "peer_added", "1.05", "20", "[traditional,peer_added]", "0.5"]
    assert all(plain_value(word) is not None for word in typed)


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_what_others_may_have_written_is_not_read(mode: int, cache: Path) -> None:
    on_disk.keep("table", b"ours")
    assert on_disk.read_kept("table") == b"ours"
    cache.chmod(mode)
    assert on_disk.read_kept("table") is None
    on_disk.keep("other", b"ours")
    cache.chmod(0o700)
    assert on_disk.read_kept("table") == b"ours"
    assert on_disk.read_kept("other") is None


def test_a_folder_of_somebody_else_is_not_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_disk.keep("table", b"ours")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert on_disk.read_kept("table") is None


def test_a_fresh_folder_is_for_its_user_alone(cache: Path) -> None:
    on_disk.keep("table", b"ours")
    assert cache.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("spoil", [Path.touch, os.mkfifo, lambda path: path.symlink_to(path)])
def test_a_place_that_is_no_folder_keeps_nothing_and_stops_nothing(
    spoil: Callable[[Path], object], cache: Path
) -> None:
    spoil(cache)
    on_disk.keep("table", b"ours")
    assert on_disk.read_kept("table") is None
    assert on_disk.read_kept("../outside") is None


def test_a_pipe_among_what_is_kept_is_not_waited_for(cache: Path) -> None:
    on_disk.keep("table", b"ours")
    os.mkfifo(cache / "pipe.kept")
    assert on_disk.read_kept("pipe") is None


@pytest.mark.parametrize("content", [b"[]", b"1", b"[" * 100_000, b"\x80\x05", b""])
def test_what_is_no_mapping_is_made_anew(content: bytes, cache: Path, groups: Path) -> None:
    question, folders = ("question",), (groups,)
    name = kept.name_of(question, folders)
    assert name is not None
    on_disk.keep(name, content)
    assert on_disk.read_kept(name) == content
    assert kept.kept_or_made(question, folders, lambda: {"made": 1}) == {"made": 1}
