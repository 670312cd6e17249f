"""Figures of an answer as pictures of its page, and as files of its folder."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.report.figures.frame import FORMATS, Frame
from sim.report.figures.theme import styled
from sim.report.html_page import Picture

FIGURES_FOLDER = "figures"
"""Below the folder of results."""
NamedFrames = Mapping[str, tuple[str, Frame]]
"""Caption and figure by name; those that have something to show."""


def pictures_and_files(frames: Callable[[], NamedFrames]) -> tuple[list[Picture], dict[str, Callable[[Path], None]]]:
    """Every figure as a picture of a page, and what writes its files by their names in the folder of results.

    `frames` makes the figures; it is called where the style of all figures holds. The same figures give the same bytes.
    """
    pictures, files = list[Picture](), dict[str, Callable[[Path], None]]()
    with TemporaryDirectory(prefix="peered-figures-") as drawn, styled():
        for name, (caption, frame) in frames().items():
            for path in frame.save(Path(drawn), name, FORMATS):
                files[f"{FIGURES_FOLDER}/{path.name}"] = partial(write_bytes, path.read_bytes())
            svg = (Path(drawn) / f"{name}.svg").read_text(encoding="utf-8")
            pictures.append(Picture(name, caption, svg, f"{FIGURES_FOLDER}/{name}.png"))
    return pictures, files


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file, its folder too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
