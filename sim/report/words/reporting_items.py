"""The items that guidelines ask a simulation study to report, each with its answer for one study or an honest no.

STRESS-DES: Monks et al. 2019, 10.1080/17477778.2018.1442155. TRACE: Grimm et al. 2014, 10.1016/j.ecolmodel.2014.01.018.
ISPOR-SMDM: the checklist of Zhang et al. 2020 from the reports of its task forces, 10.1016/j.jval.2020.01.005. Items
and answers stand in sim/data/reporting_items.csv; words in braces there are filled in.
"""

import csv
from collections.abc import Iterator, Mapping
from importlib import resources

from sim.report.description import Section, TextRows, TextTable

LISTS = {
    "STRESS-DES": "STRESS-DES (Monks et al. 2019, doi 10.1080/17477778.2018.1442155)",
    "TRACE": "TRACE (Grimm et al. 2014, doi 10.1016/j.ecolmodel.2014.01.018)",
    "ISPOR-SMDM": "ISPOR-SMDM good practices, as the checklist of Zhang et al. 2020 (doi 10.1016/j.jval.2020.01.005)",
}
NOT_KNOWN = "not recorded"
"""For a word in braces that a study does not know."""


class _Known(dict[str, str]):
    """Words in braces; one that is not known, or is empty, says so."""

    def __missing__(self, _: str) -> str:
        return NOT_KNOWN


def reporting_sections(words: Mapping[str, str]) -> Iterator[Section]:
    """A table for each list of items, filled in with what is known of a study."""
    text = resources.files("sim.data").joinpath("reporting_items.csv").read_text(encoding="utf-8")
    items = list(csv.DictReader(text.splitlines()))
    known = _Known({name: value for name, value in words.items() if value})
    for name, title in LISTS.items():
        rows: TextRows = [("Item", "What is asked", "Reported", "Answer")]
        for item in items:
            if item["list"] == name:
                rows.append((item["item"], item["topic"], item["state"], item["answer"].format_map(known)))
        yield Section(title, [TextTable(rows, is_words=True)])
