"""The walk of docs/planners-page.md can be done in the browser as it is written, and its pictures are there."""

import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sim.planner import long_studies
from sim.planner.long_studies import study_command
from tests.browser import Chromium
from tests.planner_client import TOKEN, serving, short_command
from tests.planner_walk import PICTURES, STEPS, WINDOW, walk

pytestmark = pytest.mark.end_to_end

PAGE = (Path(__file__).parents[1] / "docs" / "planners-page.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (.+?)\n(.+?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))


def pictures_below(section: str) -> list[str]:
    return re.findall(r"!\[[^\]]+\]\(figures/planner/(\w+)\.png\)", section)


def labels_in(section: str) -> list[str]:
    """What stands in italics: words that are on the page."""
    return [re.sub(r"\s+", " ", label) for label in re.findall(r"(?<![*\w])\*([^*]+)\*(?!\*)", section)]


def test_the_steps_of_the_page_are_those_of_the_walk() -> None:
    assert list(SECTIONS) == list(STEPS)
    assert {heading: pictures_below(section) for heading, section in SECTIONS.items()} == {
        heading: list(pictures) for heading, (_, pictures) in STEPS.items()
    }


def test_every_picture_of_the_walk_is_there_in_the_size_it_is_taken_in() -> None:
    named = {name: picture for _, pictures in STEPS.values() for name, picture in pictures.items()}
    assert {file.stem for file in PICTURES.glob("*.png")} == set(named)
    for name, picture in named.items():
        data = (PICTURES / f"{name}.png").read_bytes()
        size = struct.unpack(">II", data[16:24])
        assert data[:4] == b"\x89PNG"
        assert size == picture.window if not picture.part else size[0] <= picture.window[0], name
        assert len(data) < 250_000, name


def test_the_walk_can_be_done_as_it_is_written(browser: Chromium, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []

    def command(folder: Path, words: Sequence[str]) -> list[str]:
        """The first is long, since it is to be cancelled while it is played; the others end soon."""
        begun.append(1)
        return (study_command if len(begun) == 1 else short_command)(folder, words)

    monkeypatch.setattr(long_studies, "study_command", command)
    missing: list[tuple[str, str]] = []

    def compare(heading: str, page: Any) -> None:
        shown = re.sub(r"\s+", " ", page.locator("body").inner_text())
        missing.extend((heading, label) for label in labels_in(SECTIONS[heading]) if label not in shown)

    with serving() as client:
        browser.look(f"http://{client.host}/?token={TOKEN}", lambda page: walk(page, compare), window=WINDOW)
    assert missing == []
