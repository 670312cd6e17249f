"""How figures look: one width, one typeface, colours that colour-blind readers tell apart, a frame with a footer.

What a figure shows is its own module's business.
"""

import math
import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from matplotlib import rc_context, rcParamsDefault
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from sim.io.clean_text import for_figure
from sim.runs.tables_on_disk import whole_file

WIDTH = 9.0
"""Inches; twice the pixels of a README column at `DPI`."""
DPI = 200
PACKED = 3
"""Of 9: a PNG takes half the time of the usual 6 and a sixth more room."""
LEFT, RIGHT = 0.2, 0.2
TITLE_WIDTH = 82
"""Characters of a title on one line."""
INK, QUIET, FAINT, ASSUMED = "#1a1a1a", "#595959", "#d9d9d9", "#8c8c8c"
BASELINE = "#3d3d3d"
NIGHT = "#f0f0f0"

# Okabe & Ito's palette, darkened where text needs it.
HUES = ("#0072b2", "#d55e00", "#007a5a", "#a8467e", "#8a6a00", "#2f9bd6", "#6f4fa0", "#7a3e1d")
HUE_OF = {
    "peer_added": HUES[0],
    "clinician_added": HUES[1],
    "peer_swapped": HUES[3],
    "nurse_added": HUES[2],
    "peer_evening": HUES[5],
    "peer_247": HUES[6],
    "crisis_generous": HUES[4],
    "crisis_lean": HUES[7],
}

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": "#a0a0a0",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlecolor": INK,
    "axes.titley": 1.0,  # on the frame, above which there is nothing to look for
    "axes.unicode_minus": True,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.hashsalt": "peered",
    "svg.fonttype": "path",
    "figure.dpi": 100,
}


def colours(staffings: Sequence[str], baseline: str) -> dict[str, str]:
    """A colour for each staffing: the shipped ones keep theirs, others take what is left."""
    free = [hue for hue in HUES if hue not in {HUE_OF.get(name) for name in staffings}] or list(HUES)
    others = [name for name in staffings if name != baseline and name not in HUE_OF]
    spare = {name: free[number % len(free)] for number, name in enumerate(others)}
    return {name: BASELINE if name == baseline else HUE_OF.get(name) or spare[name] for name in staffings}


class FigureSheet:
    """A figure of the standard width with title, subtitle and footer; panels are placed in inches from the top left."""

    def __init__(self, height: float, title: str, subtitle: str, footer: str) -> None:
        lines, titles = textwrap.wrap(footer, 140), textwrap.wrap(title, TITLE_WIDTH)
        below_title = 0.49 + 0.24 * (len(titles) - 1)
        self.top = below_title + 0.13 + 0.17 * len(textwrap.wrap(subtitle, 122))
        self.bottom = 0.22 + 0.155 * len(lines)
        self.height = self.top + height + self.bottom
        self.figure = Figure(figsize=(WIDTH, self.height))
        self._text(LEFT, 0.18, "\n".join(titles), size=13, weight="bold")
        self._text(LEFT, below_title, "\n".join(textwrap.wrap(subtitle, 122)), size=9, color=QUIET)
        below = self.height - 0.155 * len(lines) - 0.1
        self._text(LEFT, below, "\n".join(lines), size=8, color=QUIET)

    def panel(self, left: float, top: float, width: float, height: float, share_x: Axes | None = None) -> Axes:
        """Axes at a place in the body, in inches."""
        bottom = self.height - self.top - top - height
        place = (left / WIDTH, bottom / self.height, width / WIDTH, height / self.height)
        return self.figure.add_axes(place, sharex=share_x)

    def write(self, left: float, top: float, text: str, **look: object) -> None:
        """Text at a place in the body, in inches; `top` is the upper edge."""
        self._text(left, self.top + top, text, **look)

    def _text(self, left: float, top: float, text: str, **look: object) -> None:
        given: dict[str, object] = {"va": "top", "ha": "left", "linespacing": 1.3} | look
        self.figure.text(left / WIDTH, 1.0 - top / self.height, text, **given)  # type: ignore[arg-type]

    def rule(self, top: float) -> None:
        """A thin line across the body, in inches from its top."""
        self.line([LEFT, WIDTH - RIGHT], [top, top], color=FAINT, linewidth=0.9)

    def line(self, lefts: Sequence[float], tops: Sequence[float], **look: object) -> None:
        """A line through places in the body, in inches: where there is no scale to read, far quicker than a panel."""
        x = [left / WIDTH for left in lefts]
        y = [1.0 - (self.top + top) / self.height for top in tops]
        self.figure.add_artist(Line2D(x, y, **look))  # type: ignore[arg-type]

    def save(self, folder: Path, name: str, formats: Sequence[str]) -> list[Path]:
        """Write the figure in each format; the same figure gives the same bytes."""
        paths = [folder / f"{name}.{kind}" for kind in formats]
        for axes in self.figure.axes:
            leave_unnamed(axes)
        for text in self.figure.findobj(Text):
            clean(text)
        for path in paths:
            with whole_file(path) as partial:
                form = path.suffix.removeprefix(".")
                self.figure.savefig(partial, format=form, dpi=DPI, facecolor="white", **written_as(path.suffix))
        return paths


def clean(text: Any) -> None:
    """Take what cannot be drawn out of a text of a figure."""
    found = text.get_text()
    if not (found.isascii() and found.isprintable()) and (cleaned := for_figure(found)) != found:
        text.set_text(cleaned)


def leave_unnamed(axes: Axes) -> None:
    """Keep matplotlib from measuring all ticks of a scale without a name to find a place for it."""
    for axis in (axes.xaxis, axes.yaxis):
        if not axis.get_label_text():
            axis.set_label_coords(0.0, 0.0)


def written_as(suffix: str) -> dict[str, Any]:
    """What to tell the writer of a format: no dates or versions, and how much to pack."""
    if suffix == ".png":
        return {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": PACKED}}
    return {"metadata": {"Date": None, "Creator": None} if suffix == ".svg" else {"Software": None}}


def styled() -> AbstractContextManager[None]:
    """The style, for a `with` statement.

    It starts from the library's own defaults: a `matplotlibrc` in the folder where the command is started, which may be
    somebody else's, could have labels set by an external program. Whether figures are displayed is no matter of style.
    """
    defaults = {key: value for key, value in rcParamsDefault.items() if not key.startswith(("backend", "interactive"))}
    style: Any = {**defaults, **STYLE}
    return rc_context(style)


def spread_apart(
    heights: Sequence[float], gap: float, highest: float = math.inf, lowest: float = -math.inf
) -> list[float]:
    """Heights for labels at least `gap` apart, near the given ones and in their order, none below `lowest`, nor above
    `highest` as far as there is room.

    Of equal heights the first stays lowest.
    """
    order = sorted(range(len(heights)), key=lambda number: heights[number])
    blocks: list[tuple[float, int]] = []  # centre and size
    for number in order:
        blocks.append((heights[number], 1))
        while len(blocks) > 1 and _touch(blocks[-2], blocks[-1], gap):
            (low, n), (high, m) = blocks[-2], blocks[-1]
            blocks[-2:] = [((low * n + high * m) / (n + m), n + m)]
    placed = [centre + gap * (place - (size - 1) / 2) for centre, size in blocks for place in range(size)]
    too_high = max([0.0, *(height - highest for height in placed)])
    too_low = max([0.0, *(lowest - (height - too_high) for height in placed)])
    return [placed[order.index(number)] - too_high + too_low for number in range(len(heights))]


def _touch(lower: tuple[float, int], upper: tuple[float, int], gap: float) -> bool:
    return upper[0] - lower[0] < gap * (lower[1] + upper[1]) / 2


def positive_top(top: float) -> float:
    """The top of a scale that starts at zero; 1 where nothing is known or everything is zero."""
    return top if math.isfinite(top) and top > 0.0 else 1.0


def wrapped(label: str, width: int) -> str:
    """In lines of a width, words with a hyphen kept whole; what cannot be drawn is taken out.

    Labels of a scale are made when it is drawn, after `FigureSheet.save` has cleaned what there is.
    """
    return "\n".join(textwrap.wrap(for_figure(label), width, break_on_hyphens=False))
