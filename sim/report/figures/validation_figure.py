"""Face validity as a strip: what is simulated beside the range that is accepted, a row for each published figure.

Verdicts are those of `sim.analysis.validation`, numbers those of `sim.report.validation_report`.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.validation import VERDICTS, Validation
from sim.engine.measures.number_text import counted
from sim.report.figures.frame import EDGE, FORMATS, Frame, Grid
from sim.report.figures.marks import IS_BETTER, IS_WORSE, NOT_BEYOND_CHANCE, DifferenceMark
from sim.report.figures.theme import ASSUMED, FAINT, INK, QUIET, readable, styled
from sim.report.validation_report import accepted_text, simulated_text
from sim.report.words.measure_words import whole_percent

LOOK_OF_VERDICT: dict[str, DifferenceMark] = dict(zip(VERDICTS, (IS_BETTER, NOT_BEYOND_CHANCE, IS_WORSE), strict=True))
"""Inside, near and miss: filled circle, hollow circle, diamond."""
WIDEST = 2.6
"""Half-widths of the accepted range from its middle, up to which a strip goes; what lies further is at its end."""
LONGEST_STRIP_LABEL = 35


def draw_validation(validation: Validation, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write the figure in every format and return the files; the same answer gives the same bytes."""
    with styled():
        return validation_figure(validation).save(folder, "validation", formats)


def strip_table(validation: Validation) -> pd.DataFrame:
    """A row for each judged figure: label, verdict, text (simulated, accepted), and middle, low and high of what is
    simulated, in half-widths of the accepted range from its middle."""
    rows = []
    for each in validation.rows:
        if each.verdict is None:
            continue
        published = each.published
        middle = (published.accept_low + published.accept_high) / 2.0
        half = max(published.half_width, 1e-12)
        ends = [(value - middle) / half for value in (each.simulated, each.low, each.high)]
        text = f"{simulated_text(each).partition(' (')[0].removesuffix(' %')} in {accepted_text(published)}"
        rows.append((f"{published.row} {published.measure}", each.verdict, text, *ends))
    return pd.DataFrame(rows, columns=["label", "verdict", "text", "middle", "low", "high"])


def validation_figure(validation: Validation) -> Frame:
    """The rows in two columns, from the top."""
    table = strip_table(validation)
    key = ", ".join(f"{look.sign}\u00a0{word}" for word, look in LOOK_OF_VERDICT.items())
    frame = Frame.slide(
        validation_title(table),
        "Grey: the accepted range, each row on its own scale; mark and bar: simulated, with its "
        f"{whole_percent(validation.confidence)} interval. Right: simulated in accepted. {key}: all of the interval is "
        "in the range, some, none.",
        "Rows and ranges: docs/protocol.md, fixed before numbers were moved. Of one staffing, over "
        f"{counted(validation.weeks, 'week')} a replication; intervals are of chance alone.",
    )
    n_rows = -(-max(len(table), 2) // 2)
    grid = Grid(2, frame.room - 0.1, 2, left=EDGE + 2.3, right=EDGE + 1.3, between=3.65, above=0.05, below=0.05)
    for number, axes in enumerate(frame.panels(grid)):
        draw_strip(table.iloc[number * n_rows : (number + 1) * n_rows], axes, n_rows)
    return frame


def draw_strip(table: pd.DataFrame, axes: Axes, n_rows: int) -> Axes:
    """The rows of a `strip_table`, with room for so many."""
    axes.axvspan(-1.0, 1.0, color=FAINT, alpha=0.55, linewidth=0, zorder=0)
    for row, each in enumerate(table.to_dict("records")):
        look = LOOK_OF_VERDICT[each["verdict"]]
        low, middle, high = (min(max(each[end], -WIDEST), WIDEST) for end in ("low", "middle", "high"))
        axes.plot([-WIDEST, WIDEST], [row, row], color=ASSUMED, linewidth=0.5, zorder=1)
        axes.plot([low, high], [row, row], color=look.colour, linewidth=2.4, solid_capstyle="butt", zorder=2)
        axes.plot([middle], [row], zorder=3, clip_on=False, **look.marker_look(5.5))
        axes.annotate(
            each["text"], (1.0, row), (6, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points", size=8,
            va="center", color=readable(INK if each["verdict"] == "miss" else QUIET), annotation_clip=False,
        )  # fmt: skip
    axes.set_xlim(-WIDEST - 0.1, WIDEST + 0.1)
    axes.set_ylim(n_rows - 0.4, -0.6)
    axes.set_yticks(range(len(table)), [cut_label(label) for label in table["label"]], fontsize=8)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    return axes


def cut_label(label: str) -> str:
    """The label in one line of a strip."""
    return label if len(label) <= LONGEST_STRIP_LABEL else f"{label[: LONGEST_STRIP_LABEL - 1].rstrip(' ,')}…"


def validation_title(table: pd.DataFrame) -> str:
    """How many rows are inside, and how many miss."""
    counts = {word: int((table["verdict"] == word).sum()) for word in VERDICTS}
    inside, near, miss = (counts[word] for word in VERDICTS)
    if table.empty:
        return "Beside published figures: no row can be judged of one replication"
    return f"Of {counted(len(table), 'published figure')} {inside} are met, {near} nearly, {miss} missed"
