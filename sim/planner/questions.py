"""What the page asks, as plain data, into checked scenarios; and rosters as plain data for the page.

A roster is what a staffing file holds: clock times and days are words, so that the page, the file and the command line
have one form and one set of messages.
"""

import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from sim.config import compose
from sim.config.checking import CheckCache
from sim.config.chosen_files import composed_files
from sim.config.composition import put_together, staffings_in_order
from sim.config.files import choices_of, folders_of
from sim.config.overrides import Draft, Override, drafted
from sim.config.page_questions import QUESTION, SIMULATED_GROUPS, read_question
from sim.department.scenario import Scenario, ScenarioError
from sim.io.plain_data import Plain, copied
from sim.studies.check_settings import several_currencies
from sim.studies.question import Question

MOST_VALUES_SET = 100
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]


class PageQuestion(BaseModel):
    """A question as the page posts it.

    `baseline` names a staffing, `roster` is the one that is tried, as its file would hold it; `values` set keys for
    both, `effects` names a choice of assumed effects.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    baseline: Name
    roster: dict[str, Any]
    values: Annotated[dict[str, float], Field(max_length=MOST_VALUES_SET)] = {}
    effects: Name = "none"


class PageQuestions:
    """Makes scenarios of what the page asks, with the files of one folder of the user's own.

    `overrides` are set for all of them, by whoever opened the page.
    """

    def __init__(self, overrides: Sequence[str], config_dir: Path | None) -> None:
        self.overrides, self.config_dir = tuple(overrides), config_dir
        self._words = ("study=run", *overrides)
        self._composing = threading.Lock()  # the grammar of overrides has one parser

    def staffings(self) -> tuple[str, ...]:
        """Names of the staffings that are compared by default, in that order, then those of the user's own."""
        return tuple(staffings_in_order(folders_of(self.config_dir)))

    def effects(self) -> tuple[str, ...]:
        """Names of the choices of assumed effects, the one without any first."""
        names = choices_of("effects", folders_of(self.config_dir))
        return ("none", *(name for name in names if name != "none"))

    def roster(self, staffing: str) -> Plain:
        """A staffing as its file holds it, with what it inherits. Raises ScenarioError."""
        with self._composing:
            return copied(composed(self._words, self.config_dir, f"staffing={staffing}")[1]["staffing"])

    def default(self) -> Scenario:
        """The scenario that the page begins with. Raises ScenarioError."""
        with self._composing:
            return compose(self._words, self.config_dir).scenario

    def checked(self, words: Sequence[str], folder: Path) -> Question:
        """What a command of these words would ask. Raises ScenarioError."""
        with self._composing:
            return compose(words, folder)

    def read(self, text: str) -> PageQuestion:
        """The question that the text of a file holds. Raises ScenarioError."""
        with tempfile.TemporaryDirectory(prefix="peered-") as folder:
            file = Path(folder) / QUESTION / "loaded.yaml"
            file.parent.mkdir()
            file.write_text(text, encoding="utf-8")
            data = read_question(file)
            if isinstance(data, list):
                raise ScenarioError(replace(one, path=one.path.replace(str(file), "the file")) for one in data)
        values = {key: float(value) for key, value in (data.get("values") or {}).items()}
        question = PageQuestion(**{**data, "values": values, "roster": {"name": "loaded", **data["roster"]}})
        self.scenarios(question)
        return question

    def scenarios(self, question: PageQuestion) -> tuple[Scenario, Scenario]:
        """The baseline and what is tried. Raises ScenarioError with everything that is wrong with either."""
        choices = (f"staffing={question.baseline}", f"effects={question.effects}")
        with self._composing:
            draft, base = composed(self._words, self.config_dir, *choices)
            for key, value in question.values.items():
                if key.partition(".")[0] in SIMULATED_GROUPS:
                    draft.values.append(Override(key, value, f"{key}={value!r}"))
                else:
                    draft.refuse(key, repr(value), "the page sets numbers of what is simulated, not of how")
            cache = CheckCache()  # one for each question, so that it does not grow
            beside = replace(draft, problems=list(draft.problems))
            baseline = put_together(draft, base, cache).scenarios.get(question.baseline)
            tried = put_together(beside, base | {"staffing": question.roster}, cache).scenarios.get(question.baseline)
        problems = dict.fromkeys((*draft.problems, *beside.problems))
        if baseline is not None and tried is not None:
            problems |= dict.fromkeys(several_currencies({question.baseline: baseline, "the roster": tried}))
        if problems or baseline is None or tried is None:
            raise ScenarioError(problems)
        return baseline, tried


def words_beside_question(overrides: Sequence[str]) -> list[str]:
    """Of what is set for all of a page's questions, what they are asked of: not how long the page plays, nor where. A
    time that ends is of the question: whole weeks would be another."""
    return [
        word
        for word in overrides
        if word.startswith("study.minutes=") or not word.startswith(("study", "output=", "seed="))
    ]


def composed(overrides: Sequence[str], config_dir: Path | None, *choices: str) -> tuple[Draft, Plain]:
    """Files chosen and overrides read, nothing changed yet. Raises ScenarioError."""
    draft = drafted([*overrides, *choices], config_dir)
    base = composed_files(draft)
    if base is None or draft.problems:
        raise ScenarioError(draft.problems)
    return draft, base
