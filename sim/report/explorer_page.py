"""The explorer: a sweep or a comparison in one HTML file that needs no server, no Python and no network.

What it holds is `sim.report.explorer_data`. Its template, style and script are explorer.html, .css and .js in sim/data;
the style of reports comes first; the policy of the page lets nothing run or load but these, known by their hashes.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.report.description import IN_MIND, Description, Section, TextTable
from sim.report.explorer_data import Explored
from sim.report.html_page import Part, finding_laid_out, page_template, parts_laid_out, shipped_text
from sim.report.study_report import (
    MOST_TABLE_ROWS,
    MOST_TABLE_WIDTH,
    StudyFacts,
    assumptions_in_force,
    changed_section,
    lead_of,
    limits_part,
    repeat_section,
)
from sim.report.tables import evidence_rows
from sim.report.words.caveats import LEGEND
from sim.report.words.measure_words import whole_percent

NO_GROUPS = (
    "Not counted here: a sweep keeps measures, no groups of visits. A comparison counts them (study.staffing and "
    "report.by), and its explorer shows them."
)


def explorer_page(
    explored: Explored, described: Description, facts: StudyFacts, left_out: Sequence[Section], confidence: float
) -> str:
    """The page; `described`: the answer as its report says it, `left_out`: who is met and who is not, where stored."""
    style, script = shipped_text("page.css") + shipped_text("explorer.css"), shipped_text("explorer.js")
    columns = explored.columns() | {"percent": whole_percent(confidence)}
    return page_template("explorer.html").render(
        kind=f"PeerED explorer, {facts.study}",
        **finding_laid_out(described.whole_finding, lead_of(facts)),
        parts=parts_laid_out(further_parts(described, facts, left_out)),
        columns=as_data(columns),
        style=style,
        script=script,
        hashes={"style": hash_of(style), "script": hash_of(script)},
        assumed=explored.assumed,
        legend=LEGEND,
        has_assumed=any(columns["assumed"]),
        has_second=bool(explored.second),
        may_have_second="children" not in facts.absent,
    )


def further_parts(described: Description, facts: StudyFacts, left_out: Sequence[Section]) -> Iterator[Part]:
    """What stands below the explorer and needs no script: a table, who is left out, limits, where numbers come from."""
    first = described.screen_table(MOST_TABLE_ROWS, MOST_TABLE_WIDTH)
    yield Part("In one table", [Section("", [TextTable(first.rows), *first.below])])
    yield Part("Who is left out", left_out or [Section("", [NO_GROUPS])])
    care = [section for section in described.sections() if section.title == IN_MIND]
    yield limits_part(care, facts)
    yield Part("What was changed", [changed_section(facts)])
    used = assumptions_in_force(facts)
    yield Part("Assumptions used", evidence_rows.assumption_sections(used) if used else ())
    yield Part("How to repeat it", [repeat_section(facts)])


_IN_SCRIPT: Mapping[int, str] = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&'\u2028\u2029"}


def as_data(columns: Mapping[str, Any]) -> str:
    """Columns as JSON inside a page: no sign in it can end the element, or begin another."""
    text = json.dumps(columns, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_IN_SCRIPT)


def hash_of(text: str) -> str:
    """What the policy of the page knows a style or a script by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
