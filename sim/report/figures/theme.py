"""How figures look: one typeface, one set of line widths, colours that colour-blind readers tell apart.

Where things stand on a page is in `frame`, how axes are drawn in `axes_parts`.
"""

import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from matplotlib import rc_context, rcParamsDefault
from matplotlib.colors import to_rgb

from sim.io.clean_text import for_figure

INK, QUIET, FAINT, ASSUMED = "#1a1a1a", "#595959", "#d9d9d9", "#8c8c8c"
BASELINE = "#3d3d3d"
EMPTY = "#f0f0f0"
"""Behind hours when nobody is there."""

HUES = ("#0072b2", "#d55e00", "#007a5a", "#c9779d", "#5f3a14", "#2497fd", "#244367", "#90946c")
"""Any two of these and `BASELINE` lie 12 apart or more (CIEDE2000) for normal, protan and deutan vision, and each has a
contrast of 3 with white. They were found by a search around the first three, which are Okabe & Ito's. Names are
written darker (`readable`)."""
HUE_OF = {
    "peer_added": HUES[0],
    "clinician_added": HUES[1],
    "peer_swapped": HUES[3],
    "nurse_added": HUES[2],
    "peer_evening": HUES[5],
    "peer_247": HUES[6],
    "crisis_generous": HUES[7],
    "crisis_lean": HUES[4],
}
BETTER, WORSE = HUES[0], HUES[1]
"""Of differences beyond chance; each has a sign and a word beside its colour (`marks.MARKS`)."""
LEAST_POINTS = 8.0
"""Smallest type: 16 pixels on a slide of 1280, where `frame.WIDTH` fills it."""

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
    "svg.fonttype": "none",
    "figure.dpi": 100,
}


LEAST_CONTRAST = 4.5
"""Of text on white, for readers with low vision (WCAG 2.2, 1.4.3)."""
_LIGHT = 0.6
"""Luminance above which a text is meant for a dark ground."""


def luminance(colour: Any) -> float:
    """Relative luminance of a colour, from 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour))
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def readable(colour: Any) -> Any:
    """The colour of a text on white, darker where it has too little contrast; a light one, for a dark ground, stays."""
    if luminance(colour) > _LIGHT:
        return colour
    while 1.05 / (luminance(colour) + 0.05) < LEAST_CONTRAST:
        colour = tuple(0.97 * c for c in to_rgb(colour))
    return colour


def colours(staffings: Sequence[str], baseline: str) -> dict[str, str]:
    """A colour for each staffing: the shipped ones keep theirs, others take what is left."""
    free = [hue for hue in HUES if hue not in {HUE_OF.get(name) for name in staffings}] or list(HUES)
    others = [name for name in staffings if name != baseline and name not in HUE_OF]
    spare = {name: free[number % len(free)] for number, name in enumerate(others)}
    return {name: BASELINE if name == baseline else HUE_OF.get(name) or spare[name] for name in staffings}


def styled() -> AbstractContextManager[None]:
    """The style, for a `with` statement.

    It starts from the library's own defaults: a `matplotlibrc` in the folder where the command is started, which may be
    somebody else's, could have labels set by an external program. Whether figures are displayed is no matter of style.
    """
    defaults = {key: value for key, value in rcParamsDefault.items() if not key.startswith(("backend", "interactive"))}
    style: Any = {**defaults, **STYLE}
    return rc_context(style)


def wrapped(label: str, width: int) -> str:
    """In lines of a width, words with a hyphen kept whole; what cannot be drawn is taken out.

    Labels of a scale are made when it is drawn, after `Frame.save` has cleaned what there is.
    """
    return "\n".join(textwrap.wrap(for_figure(label), width, break_on_hyphens=False))
