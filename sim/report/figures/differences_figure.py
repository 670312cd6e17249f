"""Paired differences of every headline measure: each on its own scale, mental health and medical apart."""

from sim.analysis.comparison_result import Comparison
from sim.analysis.sentences import inside
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import measure_and_part
from sim.report.figures.frame import EDGE, WIDTH, Frame
from sim.report.figures.interval_rows import beyond_chance_words, draw_differences, grey_words
from sim.report.figures.theme import wrapped
from sim.report.words.caveats import footer

SIDES = ((("Mental health", "mental_health"),), (("Medical", "medical"), ("All visits", "all")))
"""Heads and parts on the left and on the right."""
_NAME_WIDTH, _ROW_HEIGHT, _ABOVE, _BELOW, _HEAD_HEIGHT = 1.22, 0.21, 0.26, 0.42, 0.34


def differences_figure(comparison: Comparison) -> Frame:
    """Mental health on the left, medical and all visits on the right."""
    measures = comparison.known_measures(HEADLINE)
    rows_height = _ROW_HEIGHT * max(len(comparison.others), 1)
    each = _ABOVE + rows_height + _BELOW
    sides = [
        [(head, [name for name in measures if name.endswith(f".{part}")]) for head, part in side] for side in SIDES
    ]
    baseline = inside(comparison.label(comparison.baseline))
    frame = Frame(
        max(sum(_HEAD_HEIGHT + each * len(names) for _, names in side) for side in sides),
        f"Headline measures beside {baseline}{beyond_chance_words(comparison, measures)}",
        "Dot: mean paired difference on the same patients. Thick bar: interval of this one measure. Thin bar: interval "
        f"when all headline measures are judged together. Left of zero is less.{grey_words(comparison)}",
        footer(comparison),
    )
    width = (WIDTH - 2 * EDGE) / 2
    for number, side in enumerate(sides):
        left, top = EDGE + number * width, 0.0
        for head, names in side:
            if names:
                frame.head(left, top, head, size=11)
                top += _HEAD_HEIGHT
            for name in names:
                title = wrapped(measure_and_part(name)[0].label, 48).partition("\n")[0]
                frame.head(left + _NAME_WIDTH, top, title, size=8.5)
                axes = frame.panel(left + _NAME_WIDTH, top + _ABOVE, width - _NAME_WIDTH - 0.15, rows_height)
                draw_differences(axes, comparison, name)
                top += each
    return frame
