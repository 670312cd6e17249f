"""The answer of a comparison as Markdown: the summary table of the README and the `answer.md` of a results folder.

The rows are those of `sim.report.tables.table_cells`, the same as on the console.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache

from jinja2 import Environment, StrictUndefined, Template

from sim.analysis.comparison_result import Comparison
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import part_text
from sim.io.clean_text import for_markdown
from sim.report.tables.lookups import flags_of, known_measures, label, n_replications, others
from sim.report.tables.peer_day import (
    DAY,
    TAKEN_HOME,
    peer_day_lines,
    peer_day_rows,
    taken_home_lines,
    taken_home_rows,
)
from sim.report.tables.table_cells import (
    Rows,
    change_rows,
    cost_rows,
    demand_rows,
    difference_cell,
    estimate_cell,
    estimate_rows,
    groups_of_measures,
    labelled,
    legend,
    rank_line,
    sentences,
)
from sim.report.words.cautions import marked
from sim.report.words.caveats import honesty_lines
from sim.report.words.comparison_finding import finding_of, with_other_levels
from sim.report.words.finding import finding_markdown
from sim.report.words.question_text import changed_line, demand_title
from sim.report.words.worth_text import worth_lines, worth_rows

PAGE = """\
# {{ question }}
{% if changed %}
{{ changed }}
{% endif %}
{{ finding }}

{{ summary }}

{{ legend }}
{% if ranks %}
{{ ranks }}
{% endif %}
{%- if figures %}
## Figures

{{ figures }}
{% endif %}
{%- for title, table, text in tables %}
## {{ title }}

{{ table }}
{% if text %}
{{ text }}
{% endif %}
{%- endfor %}
{%- for note in notes %}
{{ note }}
{% endfor %}
{%- for title, sentences in answers %}
## {{ title }}

{% for sentence in sentences -%}
- {{ sentence }}
{% endfor %}
{%- endfor %}
## Read this with the numbers

{% for line in honesty -%}
- {{ line }}
{% endfor -%}
"""


FIGURE_CAPTIONS = {
    "finding": "The finding as one picture",
    "hour_of_week": "Mental-health visits present and peers on duty by the hour of the week",
    "scorecard": "what changes, staffing by staffing",
    "differences": "paired differences, every headline measure",
    "minutes_without_staff": "minutes without staff",
    "waits_by_acuity": "waits by acuity",
    "return_curves": "returns over time",
    "heads_and_load": "staff on duty and visits present",
    "utilisation": "how busy each role is",
    "demand": "levels of demand",
}
"""What each figure of `sim.report.figures.draw_all` shows, by its name there; that module is slow to load."""
N_SHOWN = 2
"""Figures that stand in the page, the first; to the others there are links."""


@lru_cache(maxsize=1)
def page() -> Template:
    """The page, made ready to be filled."""
    return Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False).from_string(PAGE)


def comparison_markdown(comparison: Comparison, with_figures: bool = False) -> str:
    """The whole answer as one Markdown page; `with_figures`: the figures stand in a folder `figures` beside it."""
    titled: list[tuple[str, Rows, Sequence[str]]] = [
        (demand_title(comparison), demand_rows(comparison), ()),
        ("Matched simulated patients, first visits", change_rows(comparison), ()),
        (TAKEN_HOME, taken_home_rows(comparison), taken_home_lines(comparison)),
        (DAY, peer_day_rows(comparison), peer_day_lines(comparison)),
        ("Cost", cost_rows(comparison), ()),
        ("What the differences would be worth", worth_rows(comparison), worth_lines(comparison)),
        *every_estimate(comparison),
    ]
    finding = with_other_levels(finding_of(comparison), comparison)
    return page().render(
        question=for_markdown(finding.question),
        changed=for_markdown(changed_line(comparison)),
        finding=finding_markdown(finding),
        summary=summary_table(comparison),
        legend=legend(comparison),
        ranks=for_markdown(rank_line(known_measures(comparison, HEADLINE))),
        figures=figures_markdown() if with_figures else "",
        tables=[
            (title, markdown_table(rows), for_markdown(" ".join(lines)))
            for title, rows, lines in titled
            if len(rows) > 1
        ],
        notes=map(for_markdown, (*comparison.money_notes, *comparison.notes)),
        answers=[(for_markdown(title), map(for_markdown, told)) for title, told in sentences(comparison)],
        honesty=map(for_markdown, honesty_lines(comparison)),
    )


def figures_markdown() -> str:
    """The first figures, and links to the others."""
    links = [f"[{caption}](figures/{name}.png)" for name, caption in FIGURE_CAPTIONS.items()]
    shown, others = links[:N_SHOWN], links[N_SHOWN:]
    return "\n\n".join([*(f"!{link}" for link in shown), f"More: {', '.join(others)}."])


def every_estimate(comparison: Comparison) -> list[tuple[str, Rows, Sequence[str]]]:
    """All that was measured of one scenario; of a comparison that is `estimates.parquet`."""
    if others(comparison):
        return []
    return [("Every measure, mean over replications", estimate_rows(comparison, comparison.baseline), ())]


def summary_table(comparison: Comparison) -> str:
    """Headline measures by staffing: estimate and paired difference."""
    names = (comparison.baseline, *others(comparison))
    rows: Rows = [("", *(marked(label(comparison, name), *flags_of(comparison, name)) for name in names))]
    rows.append(("Replications", *[str(n_replications(comparison))] * len(names)))
    headings = set()
    for part, measures in groups_of_measures(comparison):
        headings.add(len(rows))
        rows.append((part_text(part).capitalize(), *[""] * len(names)))
        rows += [(labelled(measure), *(cell(comparison, name, measure) for name in names)) for measure in measures]
    return markdown_table(rows, headings)


def cell(comparison: Comparison, staffing: str, measure: str) -> str:
    value, change = estimate_cell(comparison, staffing, measure), difference_cell(comparison, staffing, measure)
    return f"{value} {change}" if staffing == comparison.baseline else f"{value} ({change})"


def markdown_table(rows: Rows, headings: Collection[int] = ()) -> str:
    """The first row as head, the first column left and the others right; `headings`: numbers of rows set in bold."""
    lines = []
    for number, (first, *rest) in enumerate(rows):
        name = for_markdown(first.strip())
        cells = [f"**{name}**" if number in headings else name, *(for_markdown(text.strip()) for text in rest)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([lines[0], f"|---|{'---:|' * (len(rows[0]) - 1)}", *lines[1:]])
