"""What is kept from one command to the next is the same as what is made anew, and never out of date."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.config.hydra_bridge import OneValue
from sim.config.overrides import PLAIN_KEY, by_grammar, plain_value
from sim.department.quantities import gamma_table
from sim.engine.gamma_tables import kept_gamma_table
from sim.io import disk_cache as on_disk


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which this test keeps things."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("PEERED_CACHE", str(folder))
    forget()
    return folder


def forget() -> None:
    """As in a process that has just begun."""
    kept_gamma_table.cache_clear()


@pytest.mark.parametrize("place", ["a file/cache", "a file"])
def test_a_folder_that_cannot_be_written_to_keeps_nothing(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("mine", encoding="utf-8")
    monkeypatch.setenv("PEERED_CACHE", str(tmp_path / place))
    on_disk.keep("table", b"ours")
    assert on_disk.read_kept("table") is None
    assert (tmp_path / "a file").read_text(encoding="utf-8") == "mine"


def test_nothing_is_kept_where_nothing_is_to_be(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEERED_CACHE", "")
    on_disk.keep("table", b"ours")
    assert on_disk.kept_folder() is None
    assert not cache.exists()


def test_of_many_the_last_written_are_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_disk, "MOST_KEPT", 5)
    monkeypatch.setattr(on_disk, "FEWER", 3)
    for number in range(6):
        on_disk.keep(f"n{number}", b"content")
        os.utime(cache / f"n{number}.kept", (number, number))
    on_disk.keep("n6", b"content")
    assert sorted(file.stem for file in cache.glob("*")) == ["n3", "n4", "n5", "n6"]


def test_a_gamma_table_that_was_kept_is_the_same_to_the_last_bit(cache: Path) -> None:
    made = kept_gamma_table(0.37)
    kept_gamma_table.cache_clear()
    (file,) = cache.glob("*.kept")
    again = kept_gamma_table(0.37)
    assert made.tobytes() == again.tobytes() == gamma_table(0.37).tobytes()
    kept_gamma_table.cache_clear()
    file.write_bytes(file.read_bytes()[:-8])
    assert np.array_equal(kept_gamma_table(0.37), made)


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
        read = by_grammar(key, word)
        assert isinstance(read, OneValue)
        assert repr(read.value) == repr(plain)


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
