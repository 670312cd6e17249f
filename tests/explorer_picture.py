"""The picture of docs/how-to/share-a-sweep.md: `python -m tests.explorer_picture` plays its sweep and takes it anew."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.cli import main as peered
from tests.browser import program, started
from tests.explorer_file import exported

PICTURE = Path(__file__).parents[1] / "docs" / "how-to" / "share-a-sweep.png"
WINDOW = (1280, 860)
SWEEP = (
    "-m", "staffing=traditional,peer_added,clinician_added", "demand.growth=0.95,1,1.05,1.1", "study.weeks=8",
    "study.replications=10",
)  # fmt: skip
CHOSEN = "staffing=peer_added&demand.growth=1.05&show.along=demand.growth"
MEASURE = "show.measure=minutes_without_staff_mean.mental_health"


def taken(page: Any) -> bytes:
    """The window with the explorer at its top."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.locator("#explorer").evaluate("(part) => part.scrollIntoView()")
    picture: bytes = page.screenshot(animations="disabled")
    return picture


def main() -> int:
    path = program()
    if path is None:
        print("needs Chromium")
        return 1
    with TemporaryDirectory() as place, started(path) as browser:
        folder = Path(place) / "sweep"
        peered([*SWEEP, f"output={folder}"])
        file = exported(folder, Path(place) / "sweep.html")
        picture, _ = browser.look(f"{file.absolute().as_uri()}#{CHOSEN}&{MEASURE}", taken, window=WINDOW)
    PICTURE.write_bytes(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
