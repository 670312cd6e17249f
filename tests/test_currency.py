"""Money is shown with the currency of the staffing wherever it is shown, and nothing is converted."""

import json
import re
from pathlib import Path

import pytest

import sim
from sim.analysis.valuation import unconverted_text
from sim.config import compose, compose_sweep
from sim.department.scenario import ScenarioError
from sim.engine.measures.currency import in_currency, money_in
from sim.engine.measures.number_text import as_money, value_text
from sim.planner.questions import PageQuestion, PageQuestions
from sim.report.explorer_data import explored_comparison
from sim.studies.compare import CompareStudy
from tests.in_process import peered

EUR = "staffing.currency=EUR"
KEPT_WORDS = "Still as shipped, as numbers of CAD"
QUICK = ["study.weeks=1", "study.warm_up_weeks=0", "study.replications=2", "demand.growth=0.1"]


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a staffing in euro and one in pounds, which inherit from shipped ones."""
    folder = tmp_path_factory.mktemp("mine")
    (folder / "staffing").mkdir()
    for name, base, currency in (("euro", "traditional", "EUR"), ("pound", "peer_added", "GBP")):
        text = f"defaults: [{base}, _self_]\ncurrency: {currency}\nnurse: {{hourly_cost: 31}}\n"
        (folder / "staffing" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_usual_currency_is_left_out_and_no_hash_depends_on_any() -> None:
    plain, euro = sim.load(), sim.load(f"+{EUR}")
    assert "currency" not in plain.staffing.model_dump()
    assert euro.staffing.model_dump()["currency"] == "EUR"
    assert plain.content_hash() == euro.content_hash()
    assert "EUR a week" in repr(euro)


def test_texts_of_the_code_are_in_the_currency_shown_and_only_within_it() -> None:
    with money_in("EUR"):
        assert value_text("staff_cost_per_week.all", 3836.0) == "3,836 EUR/week"
        assert as_money(3836.0) == "3,836 EUR"
        assert in_currency("a CADENCE of CAD a week") == "a CADENCE of EUR a week"
    assert as_money(3836.0) == "3,836 CAD"


@pytest.mark.parametrize("code", ["euro", "eur", "EURO", "E1R"])
def test_what_is_no_code_is_refused_with_a_remedy(code: str) -> None:
    with pytest.raises(ScenarioError, match=r"staffing.currency.*three capital letters, such as EUR"):
        compose([f"+staffing.currency={code}"])


def test_two_currencies_in_one_question_are_refused(mine: Path) -> None:
    expected = r"staffing.currency \(pound\) = 'GBP': euro is in EUR, and nothing is converted"
    for study in ("compare", "breakeven", "optimise", "trial", "sensitivity", "journey"):
        with pytest.raises(ScenarioError, match=expected):
            compose([f"study={study}", "study.staffing=[euro,pound]", "study.baseline=euro"], mine)
    with pytest.raises(ScenarioError, match=r"staffing.currency \(staffing=pound\) = 'GBP': staffing=euro is in EUR"):
        compose_sweep(["staffing=euro,pound"], mine)
    questions = PageQuestions([], mine)
    with pytest.raises(ScenarioError, match=r"staffing.currency \(the roster\) = 'GBP'"):
        questions.scenarios(PageQuestion(baseline="euro", roster=questions.roster("pound")))


def test_what_is_still_as_shipped_is_named(mine: Path) -> None:
    (scenario,) = compose(["study=run", "staffing=euro"], mine).played.values()
    with money_in("EUR"):
        text = unconverted_text([scenario])
    assert text.startswith("Money is in EUR because staffing.currency says so; nothing was converted. Still as shipped")
    assert "physician" in text
    assert re.search(r"[:,] nurse,", text) is None, "its cost is the user's own"
    assert unconverted_text([scenario]) == "", "nothing is to be said in the shipped currency"


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a comparison, without its figures, which take longer than all else."""
    folder = tmp_path_factory.mktemp("compared") / "euro"
    words = ["study.staffing=[traditional,peer_added]", "study.demand_levels=[1]", f"+{EUR}", *QUICK]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(CompareStudy, "has_figures", False)
        done = peered(*words, f"output={folder}", cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    assert "EUR" in done.stdout
    assert "CAD" not in done.stdout
    return folder


def test_an_answer_and_its_files_speak_of_no_other_currency(compared: Path) -> None:
    page = (compared / "answer.md").read_text(encoding="utf-8")
    assert "EUR a week more by the roster" in page or "EUR more a week by the roster" in page
    assert "CAD" not in re.sub(KEPT_WORDS, "", page)
    assert json.loads((compared / "run.json").read_text(encoding="utf-8"))["currency"] == "EUR"
    answer = sim.results(compared).comparison()
    assert "EUR" in answer.finding
    assert answer.summary().loc["staff_cost_per_week.all", "unit"] == "EUR/week"
    assert "in EUR/week" in answer.plot("staff_cost_per_week.all").get_xlabel()


def test_a_folder_is_shown_again_in_its_currency(compared: Path, tmp_path: Path) -> None:
    shown = peered("study=results", f"run={compared}", cwd=tmp_path)
    assert shown.returncode == 0
    assert "EUR" in shown.stdout
    assert "CAD" not in shown.stdout
    page = tmp_path / "again.md"
    assert peered("study=report", f"run={compared}", f"export={page}", cwd=tmp_path).returncode == 0
    said = page.read_text(encoding="utf-8")
    assert "EUR" in said
    assert "CAD" not in re.sub(KEPT_WORDS, "", said)
    with money_in("EUR"):
        columns = explored_comparison(sim.results(compared).comparison(), ["peered"]).columns()
    assert columns["currency"] == "EUR"
