"""The report of a study as one HTML file: what `answer.md` says, its figures, and what stands behind it.

Everything in it comes from the description of the answer and from what the folder of results holds, so that the report
of a live run and that of its folder are equal to the last byte.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from sim.analysis.comparison_result import Comparison
from sim.analysis.sentences import capital
from sim.analysis.validation import Validation, validation_of_comparison
from sim.engine.measures.number_text import counted
from sim.io.short_lists import few_of
from sim.register.rows import Assumption, read_register
from sim.report import validation_report
from sim.report.comparison_answer import describe_comparison
from sim.report.description import (
    IN_MIND,
    TO_REPEAT,
    Block,
    Description,
    Finding,
    Points,
    Section,
    TextRows,
    TextTable,
    Typed,
    without_output,
)
from sim.report.figures.captions import FIGURE_CAPTIONS
from sim.report.html_page import Part, Picture, html_page
from sim.report.stored_answer import StoredAnswer
from sim.report.tables import evidence_rows
from sim.report.words import caveats
from sim.report.words.limits import limits_without
from sim.report.words.measure_words import whole_percent
from sim.report.words.reporting_items import reporting_sections

REPORT = "report.html"
JUDGED_BY = {"bonferroni": "Bonferroni", "max_t": "the joint distribution of the largest t (max-t)"}


class System(BaseModel):
    """What a study was played on."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)

    name: str
    cores: int
    memory_gb: float


class StudyFacts(BaseModel):
    """What run.json says that a report shows, as far as a study has it.

    `by`: groups of visits that are asked for instead of those it names. `absent`: topics that no scenario is a place
    for (`sim.analysis.scenario_facts`).
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)

    study: str
    command: tuple[str, ...]
    seed: int | None = None
    replications: int | None = None
    confidence: Annotated[float, Field(gt=0, lt=1)] | None = None
    engine: str = ""
    code: str = ""
    python: str = ""
    machine: str = ""
    system: System | None = None
    simultaneous: str = ""
    changed: tuple[str, ...] = ()
    choices: dict[str, str] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    assumptions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    blocks_finished: int | None = None
    blocks_planned: int | None = None
    runs_done: int | None = None
    runs_planned: int | None = None
    weeks: int = 0
    minutes: float | None = None
    by: tuple[str, ...] | None = None
    absent: tuple[str, ...] = ()

    @property
    def may_have_peers(self) -> bool:
        """A department has peers, or could have; the checklists are filled in for a question about them."""
        return "peers" not in self.absent


class ReportFacts(StudyFacts):
    """What run.json says of a study that estimates something."""

    seed: int
    replications: int
    confidence: Annotated[float, Field(gt=0, lt=1)]


@dataclass(frozen=True)
class Evidence:
    """What stands behind an answer: sections on precision and on published figures, and words for reporting items.

    Without words the items are left out: they ask for studies that estimate something.
    """

    precision: Iterable[Section] = ()
    validation: Iterable[Section] = ()
    words: Mapping[str, str] = field(default_factory=dict)


def comparison_report(comparison: Comparison, facts: ReportFacts, drawn: Mapping[str, str]) -> str:
    """The report of a comparison or of one scenario; `drawn`: the SVG of each figure by its name."""
    described = describe_comparison(comparison)
    return compared_report(described, comparison, facts, pictures_of(FIGURE_CAPTIONS, drawn))


def compared_report(
    described: Description, comparison: Comparison, facts: ReportFacts, pictures: Sequence[Picture]
) -> str:
    """The report of an answer that is a comparison, or can be read as one."""
    validation = validation_of_comparison(comparison)
    is_beside = comparison.minutes is None
    whose = (
        f"The values are those of {comparison.label(comparison.baseline)} in this study; a department or a demand that "
        "was changed may miss because it was. The default department is judged on whole years in docs/verification.md."
    )
    words = {
        "scenarios": ", ".join(f"{comparison.label(name)} ({name})" for name in comparison.staffings),
        "played": caveats.played_text(comparison),
        "replications": str(comparison.n_replications()),
        "validated": evidence_rows.validation_text(validation) if is_beside else A_TIME_THAT_ENDS,
        "sensitivity": sensitivity_text(facts, not comparison.assumptions.empty),
        "warm_up": warm_up_text(facts, f"{comparison.warm_up_weeks} "),
    }
    sections = evidence_rows.validation_sections(validation, whose) if is_beside else [Section("", [A_TIME_THAT_ENDS])]
    evidence = Evidence(evidence_rows.precision_sections(comparison), sections, words)
    return study_report(described, facts, pictures, evidence)


def swept_report(
    described: Description,
    cautions: pd.DataFrame,
    names: Sequence[str],
    facts: ReportFacts,
    pictures: Sequence[Picture],
) -> str:
    """The report of many scenarios, by rows of `cautions` and the `names` of these."""
    words = {
        "scenarios": f"{counted(len(names), 'scenario')}: {few_of(names, MOST_SCENARIOS_LISTED)}",
        "played": f"{counted(facts.replications, 'replication')} of each scenario at least",
        "replications": str(facts.replications),
        "validated": NOT_VALIDATED,
        "sensitivity": sensitivity_text(facts),
        "warm_up": warm_up_text(facts),
    }
    settled = evidence_rows.settled_sections(cautions, names)
    return study_report(described, facts, pictures, Evidence(settled, [Section("", [NOT_VALIDATED])], words))


MOST_SCENARIOS_LISTED = 20
A_TIME_THAT_ENDS = "A time that ends is not set beside published figures, which are of whole weeks or years."
NOT_VALIDATED = "This study was not set beside published figures; study=validate does that."


STRIP_CAPTION = "Simulated beside the accepted range, row by row"


def validation_page(validation: Validation, facts: ReportFacts, drawn: Mapping[str, str]) -> str:
    """The report of a validation, whose answer is what other studies have beside theirs; `drawn`: its figure."""
    words = {
        "scenarios": "one staffing, and beside it one with peers for the row about them",
        "played": f"{counted(facts.replications, 'replication')} of {counted(validation.weeks, 'week')}",
        "replications": str(facts.replications),
        "validated": evidence_rows.validation_text(validation),
        "sensitivity": sensitivity_text(facts),
        "warm_up": "weeks of warm-up are not measured.",
    }
    finding = validation_report.validation_finding(validation)
    sections = validation_report.validation_page_sections(validation)
    pictures = pictures_of({"validation": STRIP_CAPTION}, drawn)
    return report_page(finding, "", sections, facts, pictures, Evidence(words=words))


def stored_report(answer: StoredAnswer, facts: StudyFacts) -> str:
    """The report of an answer that is kept as it was described."""
    evidence = Evidence(words=answer.words)
    return report_page(answer.finding, answer.intro, answer.described(), facts, answer.drawn(), evidence)


def pictures_of(captions: Mapping[str, str], drawn: Mapping[str, str]) -> list[Picture]:
    """Drawings with their captions by name, in the order of the captions; those that are not there are left out."""
    return [Picture(name, capital(text), drawn[name]) for name, text in captions.items() if name in drawn]


def table_first(described: Description) -> list[Section]:
    """The sections of a page, how to repeat it apart, behind the one table that matters: the first if the page begins
    with one, else that of the terminal, as wide and as high as it may be."""
    sections = [each for each in described.sections() if each.title != TO_REPEAT]
    if sections and isinstance(sections[0].blocks[0], TextTable):
        return sections
    table = described.screen_table(MOST_TABLE_ROWS, MOST_TABLE_WIDTH)
    return [Section("", [TextTable(table.rows), *table.below]), *sections]


MOST_TABLE_ROWS, MOST_TABLE_WIDTH = 60, 1_000


def drawings(folder: Path) -> dict[str, str]:
    """The SVG of each figure of a folder that we have just drawn, by its name."""
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.svg"))}


def study_report(described: Description, facts: ReportFacts, pictures: Sequence[Picture], evidence: Evidence) -> str:
    """The page of any study that is described."""
    return report_page(described.whole_finding, described.intro, table_first(described), facts, pictures, evidence)


def report_page(
    finding: Finding,
    intro: str,
    sections: Sequence[Section],
    facts: StudyFacts,
    pictures: Sequence[Picture],
    evidence: Evidence,
) -> str:
    """The page of any study: its finding, its sections, the table that matters first, and what stands behind it."""
    first, *others = sections
    care = [each for each in others if each.title == IN_MIND]
    used = assumptions_in_force(facts)
    words = {
        **words_of_facts(facts),
        "question": finding.question,
        "assumptions": evidence_rows.assumptions_text(used),
        **evidence.words,
    }
    parts = [
        Part("What matters, in one table", [first._replace(title="")]),
        Part("Figures", pictures=pictures),
        Part("Further tables and sentences", [each for each in others if each not in care]),
        Part("What was changed", [changed_section(facts)]),
        Part("Assumptions used", evidence_rows.assumption_sections(used) if used else ()),
        Part("Precision and warm-up", evidence.precision),
        Part("Beside published figures", () if "children" in facts.absent else evidence.validation),
        limits_part(care, facts),
        Part("How to repeat it", [repeat_section(facts)]),
        Part("Reporting checklists", reporting_sections(words) if evidence.words and facts.may_have_peers else ()),
    ]
    quiet = [*lead_of(facts), *filter(None, [intro])]
    return html_page(f"PeerED report, {facts.study}", finding, quiet, parts)


def lead_of(facts: StudyFacts) -> list[str]:
    """What is said before a finding about peers; nothing before any other."""
    return [LEAD] if facts.study in STUDIES_OF_PEERS and facts.may_have_peers else []


def assumptions_in_force(facts: StudyFacts) -> list[Assumption]:
    """The rows of the register that the departments of a study use."""
    in_force = {name: keys for name, keys in facts.assumptions.items() if is_about(name, facts.absent)}
    return evidence_rows.used_assumptions(in_force, read_register())


def limits_part(care: Sequence[Section], facts: StudyFacts) -> Part:
    """What to read with the numbers of a study, and the limits of every one."""
    return Part("Limits", [*care, Section("Of every study", [Points(limits_without(facts.absent))])])


def is_about(row: str, absent: Collection[str]) -> bool:
    """Whether a row of the register, by its id, says something of departments without the topics that are `absent`."""
    return not row.startswith(tuple(prefix for topic in absent for prefix in ROWS_OF_TOPICS.get(topic, ())))


ROWS_OF_TOPICS = {
    "peers": ("SUPA", "EFFA", "POP07", "POP09"),
    "boarding": ("BOAA", "LOS08", "LOS09"),
    "places": ("DISA06",),
    "mental_health": ("WORA", "RUNA19", "REV07"),
}
"""Beginnings of ids of rows that mean nothing where a topic is absent; what is valued is of mental-health visits."""

GROUPS_OF_TOPICS = {"peers": ("support", "effects"), "boarding": ("boarding",)}
"""Groups of files that mean nothing where a topic is absent."""

LEAD = (
    "A simulation of a children's emergency department, not a record of one. The same simulated children come under "
    "every staffing. Peers are peer support workers: people with lived experience of mental illness, or of caring for "
    "a child with one."
)
"""What somebody must know who has only this page."""
STUDIES_OF_PEERS = ("compare", "sweep", "breakeven", "journey", "optimise", "trial")


# --- what run.json says


def changed_section(facts: StudyFacts) -> Section:
    """What was typed that differs from the shipped question, and the files that were chosen."""
    said: list[Block] = [changed_text(facts), *([Points(facts.changed)] if facts.changed else [])]
    whose = "" if facts.runs_planned is None else " (of the first scenario)"
    gone = {group for topic in facts.absent for group in GROUPS_OF_TOPICS.get(topic, ())}
    chosen = [(group, file) for group, file in facts.choices.items() if group not in gone]
    return Section("", [*said, TextTable([("Group", f"File{whose}"), *chosen], is_words=True)])


def changed_text(facts: StudyFacts) -> str:
    """Whether anything was changed, and by how much."""
    n = len(facts.changed)
    return f"Changed from the shipped question by {counted(n, 'word')} of the command." if n else "Nothing was changed."


def repeat_section(facts: StudyFacts) -> Section:
    """The command, and what it ran on."""
    blocks = "" if facts.blocks_planned is None else f"{facts.blocks_finished} of {facts.blocks_planned}"
    runs = "" if facts.runs_done is None else f"{facts.runs_done} of {facts.runs_planned}"
    known = {
        "Seed": number_or_nothing(facts.seed),
        "Engine": facts.engine,
        "Replications planned": number_or_nothing(facts.replications),
        "Blocks played": blocks,
        "Runs played": runs,
        "Confidence": confidence_text(facts),
        "Judged together": judged_text(facts),
        "Code": facts.code,
        "Software": software_text(facts),
        "Machine": machine_text(facts),
    }
    rows: TextRows = [("What", "This study"), *((name, text) for name, text in known.items() if text)]
    return Section("", [Typed(without_output(facts.command)), TextTable(rows, is_words=True)])


def number_or_nothing(number: int | None) -> str:
    """A number as text, empty where there is none."""
    return "" if number is None else str(number)


def confidence_text(facts: StudyFacts) -> str:
    """The confidence of its intervals; empty where it has none."""
    return "" if facts.confidence is None else whole_percent(facts.confidence)


def software_text(facts: StudyFacts) -> str:
    """`peered 0.1.0, ..., Python 3.11.7`."""
    return ", ".join([*(f"{name} {version}" for name, version in facts.versions.items()), f"Python {facts.python}"])


def machine_text(facts: StudyFacts) -> str:
    """`x86_64, Linux, 2 cores, 8.3 GB of memory`."""
    if facts.system is None:
        return facts.machine
    cores = counted(facts.system.cores, "core")
    return f"{facts.machine}, {facts.system.name}, {cores}, {facts.system.memory_gb:g} GB of memory"


def judged_text(facts: StudyFacts) -> str:
    """By which method intervals are judged together."""
    return JUDGED_BY.get(facts.simultaneous, "")


def sensitivity_text(facts: ReportFacts, has_second: bool = False) -> str:
    """Which uncertainty the intervals show."""
    percent = whole_percent(facts.confidence)
    if has_second:
        return f"Beside {percent} intervals of chance there are those with the assumptions, of draws of the register."
    return f"{percent} intervals of chance alone; study.assumptions=true plays draws of the assumptions as well."


def warm_up_text(facts: StudyFacts, weeks: str = "") -> str:
    """How much is left out at the beginning: so many `weeks`, and nothing of a time that ends."""
    return f"{weeks}weeks of warm-up are not measured." if facts.minutes is None else "nothing is left out."


def words_of_facts(facts: StudyFacts) -> dict[str, str]:
    """Words for the reporting items that run.json knows."""
    judged = judged_text(facts)
    return {
        "seed": number_or_nothing(facts.seed),
        "ending": "Not terminating." if facts.minutes is None else "Terminating: it plays a time that ends.",
        "engine": facts.engine,
        "confidence": confidence_text(facts),
        "judged": f"All headline measures are judged together by {judged}." if judged else "",
        "changed": changed_text(facts),
        "software": software_text(facts),
        "system": machine_text(facts),
    }
