"""Input files are read within a limit, and only regular files are read."""

import os
from pathlib import Path

import pytest

from sim.io.bounded_reader import UnreadableFile, open_regular, read_bytes, read_text


def test_a_file_of_the_limit_is_read_and_one_byte_more_is_refused_with_the_size(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"x" * 10)
    assert read_bytes(file, 10) == b"x" * 10
    with pytest.raises(UnreadableFile, match=r"a\.txt = 10 bytes: larger than the 9 bytes"):
        read_bytes(file, 9)


def test_a_file_without_a_size_is_bounded_by_what_is_read() -> None:
    endless = Path("/proc/self/maps")
    if not endless.exists():
        pytest.skip("needs a file whose size is not output")
    with pytest.raises(UnreadableFile, match="larger than the 16 bytes"):
        read_bytes(endless, 16)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UnreadableFile, match="a pipe, a socket or a device"):
        open_regular(pipe, 100)


def test_a_folder_a_missing_file_and_a_device_are_refused(tmp_path: Path) -> None:
    for path, words in ((tmp_path, "a folder"), (tmp_path / "no", "No such file"), (Path(os.devnull), "device")):
        with pytest.raises(UnreadableFile, match=words):
            read_bytes(path, 100)


def test_text_is_utf_8_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("\ufeffé".encode())
    assert read_text(file, 100) == "é"
    file.write_bytes("é".encode("latin-1"))
    with pytest.raises(UnreadableFile, match="byte 0xe9: not in UTF-8"):
        read_text(file, 100)
