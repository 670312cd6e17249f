"""The five lines name what is beyond chance, nothing else, and fit on one page with their table."""

import math
import re
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.comparison_result import Comparison
from sim.config import shipped_choices
from sim.department.scenario import Scenario
from sim.engine.measures.catalogue import CHOSEN_LATE, COST_NAMES, HEADLINE, HEADLINES, PROTOCOL_OUTCOMES
from sim.report.comparison_answer import (
    LINES_AROUND,
    LINES_OF_LEVELS,
    describe_comparison,
    print_comparison,
    print_other_levels,
)
from sim.report.description import (
    CERTAINTY,
    CHANGES,
    SAME_MONEY,
    UNCHANGED,
    WHAT_IT_COSTS,
    WHO_IS_LEFT_OUT,
    answer_markdown,
)
from sim.report.figures.headline_figures import (
    MEASURES_SHOWN,
    finding_figure,
    finding_title,
    measure_head,
    staffings_shown,
)
from sim.report.figures.theme import styled
from sim.report.screen import MOST_LINES
from sim.report.words.caveats import NO_BENEFIT
from sim.report.words.comparison_finding import (
    MOST_CHANGES,
    OTHER_DEMAND,
    SHIPPED_SAME_MONEY,
    clinical_differences,
    finding_of,
    is_same_money,
    most_important,
    other_levels_line,
)
from tests.test_report import (
    FOUR,
    LABELS,
    comparison_of,
    of_one_replication,
    printed,
    squeezed,
    where_many_leave,
    with_effects,
    without_steady_state,
)

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def four() -> Comparison:
    return comparison_of(FOUR)


def lines_of(comparison: Comparison) -> dict[str, str]:
    return {line.label: line.text for line in finding_of(comparison).lines}


def test_every_headline_measure_has_its_brief_words() -> None:
    for name, headline in HEADLINES.items():
        assert headline.says.count("{amount}") == headline.says.count("{way}") == 1, name
        assert headline.less != headline.more


def test_a_comparison_is_answered_by_the_same_five_lines_on_screen_and_page(four: Comparison) -> None:
    lines = lines_of(four)
    assert [*lines] == [CHANGES, UNCHANGED, WHAT_IT_COSTS, SAME_MONEY, CERTAINTY, WHO_IS_LEFT_OUT]
    text, page = squeezed(printed(print_comparison, four)), answer_markdown(describe_comparison(four))
    for label, words in lines.items():
        assert f"• {label}: {words}" in text
        assert f"- **{label}**: {words}" in page.replace("`", "")


def test_what_changes_is_what_is_beyond_chance_of_the_first_staffing(four: Comparison) -> None:
    assert lines_of(four)[CHANGES] == (
        "with peers added, mental-health visits spent 21.3 minutes less without staff (95 % CI 20.3 to 22.4), had a "
        "longest time unseen 31.5 minutes shorter (28.4 to 34.6; secondary), 47.31 in 100 more "
        "were met by a peer (46.19 to 48.43) and 18.93 in 100 fewer went home empty-handed (17.99 to 19.87)."
    )


def test_what_does_not_change_is_one_line_without_numbers(four: Comparison) -> None:
    line = lines_of(four)[UNCHANGED]
    assert line == (
        "no difference beyond chance in wait for a physician, stay and observation unmet; "
        "exactly the same: leaving and return within 72 h or 30 days."
    )


def test_every_clinical_headline_measure_is_named_once_as_changed_or_not() -> None:
    for staffing in FOUR[1:]:
        pair = comparison_of(("traditional", staffing), (1.0,))
        lines = lines_of(pair)
        found = clinical_differences(pair, staffing)
        assert {*found} == {
            name for name in HEADLINE if name not in COST_NAMES and name in {*pair.differences["measure"]}
        }
        for name, item in found.items():
            topic = HEADLINES[name].topic.removeprefix("return within ")
            if not item.beyond_chance:
                assert topic in lines[UNCHANGED], name
        n_moved = sum(item.beyond_chance for item in found.values())
        n_named = len(re.findall(r"\((?:95 % CI )?[\d.]+ to [\d.]+(?:; secondary)?\)", lines[CHANGES]))
        assert n_named == min(n_moved, MOST_CHANGES)
        assert (f"{n_moved - MOST_CHANGES} more" in lines[CHANGES]) == (n_moved > MOST_CHANGES)


def test_what_only_its_own_interval_shows_is_not_called_a_change(four: Comparison) -> None:
    rows = four.differences
    only_own = rows["measure"] == "minutes_without_staff_mean.mental_health"
    rows = rows.assign(simultaneous_half_width=rows["simultaneous_half_width"].mask(only_own, 99.0))
    lines = lines_of(replace(four, differences=rows))
    assert "taken alone beyond chance, all measures together not: time without staff" in lines[UNCHANGED]
    assert "alone" not in lines[CHANGES]


def test_the_cost_is_that_of_the_roster_and_with_overtime_that_of_the_runs(four: Comparison) -> None:
    row = four.costs.set_index("staffing").loc["peer_added"]
    line = lines_of(four)[WHAT_IT_COSTS]
    assert f"{row['weekly_difference']:,.0f} CAD more a week by the roster" in line
    assert "with overtime +3,838 CAD (+3,827 to +3,849), +2.65 a visit" in line


def test_the_same_money_elsewhere_is_looked_for_among_the_staffings_compared(four: Comparison) -> None:
    costs = four.costs.set_index("staffing")["weekly_difference"]
    assert is_same_money(costs["peer_added"], costs["clinician_added"])
    line = lines_of(four)[SAME_MONEY]
    assert line.startswith("with a crisis clinician added, mental-health visits stayed 0.38 hours less")
    alone = lines_of(comparison_of(("traditional", "peer_added"), (1.0,)))[SAME_MONEY]
    assert alone == (
        'not compared here. Add it: "study.staffing=[traditional,peer_added,clinician_added,nurse_added]".'
    )


def test_a_staffing_of_ones_own_is_told_how_much_to_add_elsewhere(four: Comparison) -> None:
    names = {"peer_added": "ours"}
    pair = comparison_of(("traditional", "peer_added"), (1.0,))
    tables = {
        name: getattr(pair, name).replace({"staffing": names})
        for name in ("estimates", "differences", "cautions", "costs")
    }
    ours = replace(
        pair, staffings=("traditional", "ours"), labels={"traditional": "Traditional", "ours": "Ours"}, **tables
    )
    cost = float(ours.costs.set_index("staffing").loc["ours", "weekly_difference"])
    assert f"some {cost:,.0f} CAD a week to another role" in lines_of(ours)[SAME_MONEY]


def test_hours_swapped_for_peer_hours_add_no_money() -> None:
    swapped = comparison_of(("traditional", "peer_swapped"), (1.0,))
    costs = swapped.costs.assign(weekly_difference=[0.0, 40.0])
    assert "no money is added" in lines_of(replace(swapped, costs=costs))[SAME_MONEY]


def test_the_shipped_staffings_said_to_cost_the_same_do() -> None:
    from sim.config import compose

    assert {*SHIPPED_SAME_MONEY} <= {*shipped_choices("staffing")}

    def scenario(name: str) -> Scenario:
        return compose(["study=run", f"staffing={name}"]).scenario

    base = scenario("traditional").staffing.weekly_cost()
    added = [scenario(name).staffing.weekly_cost() - base for name in SHIPPED_SAME_MONEY]
    assert is_same_money(min(added), max(added))


def test_how_sure_speaks_of_chance_alone_and_of_what_was_assumed(four: Comparison) -> None:
    line = lines_of(four)[CERTAINTY]
    assert line.startswith("of chance alone (95 % intervals, 10 replications), not of the assumptions.")
    assert NO_BENEFIT in line
    assumed = lines_of(with_effects(four))[CERTAINTY]
    assert NO_BENEFIT not in assumed
    assert "Effects assumed" in assumed


def test_without_a_steady_state_the_lines_claim_nothing(four: Comparison) -> None:
    for unsteady in ("traditional", "peer_added"):
        lines = lines_of(without_steady_state(four, unsteady))
        assert lines[CHANGES] == "with peers added, no difference is claimed: there is no steady state (‡)."
        assert lines[UNCHANGED] == "nothing is claimed here either."
        assert "with overtime" not in lines[WHAT_IT_COSTS], "overtime depends on the queue"


def test_one_replication_shows_nothing_and_says_so(four: Comparison) -> None:
    lines = lines_of(of_one_replication(four))
    assert "no difference can be distinguished from chance" in lines[CHANGES]
    assert "chance cannot be judged" in lines[CERTAINTY]
    assert other_levels_line(of_one_replication(four)) == ""


def test_one_scenario_has_five_lines_of_its_own_and_says_how_to_compare() -> None:
    only = replace(comparison_of(("traditional",), (1.0,)), differences=pd.DataFrame())
    lines = lines_of(only)
    assert len(lines) == 5
    assert "from triage to a physician 77.8 minutes" in lines["How long they wait"]
    assert "the longest stretch 151.2 minutes (148.2 to 154.2), a secondary outcome;" in lines["Mental-health visits"]
    assert "within 72 h 2.31 %" in lines["Who comes back"]
    assert '"study.staffing=[traditional,peer_added]" instead of study=run compares' in lines[CERTAINTY]


# Length

WORST = ("traditional", *(name for name in LABELS if name != "traditional"))


CARES = ("none", "leaving", "unsteady", "effects", "one", "notes", "changed")
CROWDS = [(FOUR[:1], "none"), *((names, care) for names in (FOUR[:2], FOUR[:3], FOUR, WORST) for care in CARES)]


@pytest.mark.parametrize(
    ("staffings", "care"), CROWDS, ids=lambda value: value if isinstance(value, str) else len(value)
)
def test_the_answer_leaves_room_for_what_is_said_around_it(staffings: tuple[str, ...], care: str) -> None:
    comparison = comparison_of(staffings)
    if len(staffings) == 1:
        comparison = replace(comparison, differences=pd.DataFrame())
    elif care == "leaving":
        for name in staffings:
            comparison = where_many_leave(comparison, name)
    elif care == "unsteady":
        comparison = without_steady_state(comparison, staffings[-1])
    elif care == "effects":
        comparison = with_effects(comparison)
    elif care == "one":
        comparison = of_one_replication(comparison)
    elif care == "notes":
        comparison = replace(comparison, notes=("Staffing and demand do not fit in a long sentence. " * 5,) * 5)
    elif care == "changed":
        comparison = replace(comparison, changed=tuple(f"department.streams.medical.{n}=7" for n in range(30)))
    narrow, whole, wide = (printed(print_comparison, comparison, width=width) for width in (80, 100, 200))
    assert max(len(line.rstrip()) for line in narrow.splitlines()) <= 80
    assert max(len(line.rstrip()) for line in whole.splitlines()) <= 100
    assert [line.rstrip() for line in wide.splitlines()] == [line.rstrip() for line in whole.splitlines()]
    first = printed(partial(print_comparison, lines_to_come=LINES_OF_LEVELS), comparison)
    narrow_first = printed(partial(print_comparison, lines_to_come=LINES_OF_LEVELS), comparison, width=80)
    rest = printed(print_other_levels, comparison)
    assert len(whole.splitlines()) + LINES_AROUND <= MOST_LINES
    assert len(first.splitlines()) + len(rest.splitlines()) + LINES_AROUND <= MOST_LINES
    bar_and_folder = 2
    narrow_rest = printed(print_other_levels, comparison, width=80)
    assert len(narrow_first.splitlines()) + len(narrow_rest.splitlines()) + bar_and_folder <= MOST_LINES


def test_remarks_without_room_are_counted_and_named_by_their_beginning(four: Comparison) -> None:
    noted = replace(four, notes=tuple(f"Remark number {n} is about something else. " * 3 for n in range(9)))
    text = squeezed(printed(print_comparison, noted))
    (n_left,) = re.findall(r"(\d+) remarks more in answer.md: ", text)
    n_shown = len(re.findall(r"• Remark number \d", text))
    assert int(n_left) + n_shown == 9
    assert f"Remark number {n_shown} is …" in text
    for n in range(9):
        assert f"Remark number {n} is" in squeezed(answer_markdown(describe_comparison(noted)))


# Other demand


def test_other_levels_are_said_to_agree_only_if_the_same_changes_are_beyond_chance(four: Comparison) -> None:
    same = "with peers added, the same measures change in the same direction at demand × 0.95 and demand × 1.05."
    assert other_levels_line(four) == same
    assert f"- **{OTHER_DEMAND}**: {same}" in answer_markdown(describe_comparison(four))
    rows = four.differences
    turned = (rows["demand"] == 1.05) & (rows["measure"] == "minutes_without_staff_mean.mental_health")
    line = other_levels_line(replace(four, differences=rows.assign(mean=rows["mean"].mask(turned, -rows["mean"]))))
    assert line == "with peers added, at demand × 1.05 the other way round: time without staff."
    weak = rows.assign(simultaneous_half_width=rows["simultaneous_half_width"].mask(turned, 99.0))
    line = other_levels_line(replace(four, differences=weak))
    assert line == "with peers added, at demand × 1.05 no longer beyond chance: time without staff."


def test_at_another_level_without_a_steady_state_nothing_is_claimed(four: Comparison) -> None:
    line = other_levels_line(without_steady_state(four, "peer_added", 1.05))
    assert line == "with peers added, at demand × 1.05 no difference is claimed, for want of a steady state."
    text = squeezed(printed(print_other_levels, without_steady_state(four, "peer_added", 1.05)))
    assert "2 remarks more in answer.md: No steady state at …" in text


def test_one_level_has_nothing_to_say_of_others() -> None:
    assert other_levels_line(comparison_of(FOUR, (1.0,))) == ""
    assert OTHER_DEMAND not in answer_markdown(describe_comparison(comparison_of(FOUR, (1.0,))))


def test_other_levels_played_less_often_say_how_often(four: Comparison) -> None:
    def with_n(n: int) -> Comparison:
        tables = {}
        for name in ("estimates", "differences"):
            table = getattr(four, name)
            tables[name] = table.assign(n=table["n"].mask(table["demand"] == 1.05, n))
        return replace(four, **tables)

    assert "at demand × 1.05 (1 replication) chance cannot be judged" in other_levels_line(with_n(1))
    assert other_levels_line(with_n(3)).endswith("at demand × 0.95 and demand × 1.05 (3 replications).")


def test_a_change_that_was_not_measured_at_another_level_is_not_called_gone(four: Comparison) -> None:
    rows = four.differences
    gone = (rows["demand"] == 1.05) & (rows["measure"] == "minutes_without_staff_mean.mental_health")
    line = other_levels_line(replace(four, differences=rows[~gone]))
    assert line == "with peers added, at demand × 1.05 not measured: time without staff."


def test_where_nothing_changes_at_any_level_no_change_is_said_to_be_the_same(four: Comparison) -> None:
    rows = four.differences.assign(simultaneous_half_width=1e9)
    assert "nothing is beyond chance either at demand" in other_levels_line(replace(four, differences=rows))


# Words


def changed(four: Comparison, measure: str, mean: float, half_width: float = 0.001) -> str:
    """The line on what changes with one measure beyond chance."""
    rows = four.differences.copy()
    chosen = (rows["measure"] == measure) & (rows["staffing"] == "peer_added") & (rows["demand"] == 1.0)
    rows.loc[~chosen, "simultaneous_half_width"] = 1e9
    ends = {"mean": mean, "low": mean - half_width, "high": mean + half_width, "half_width": half_width}
    rows.loc[chosen, [*ends, "simultaneous_half_width", "sd"]] = [*ends.values(), half_width, 1.0]
    return lines_of(replace(four, differences=rows))[CHANGES]


@pytest.mark.parametrize(
    ("measure", "mean", "words"),
    [
        (
            "return_30d_per_patient.mental_health",
            -0.03,
            "of mental-health patients, 3.00 in 100 fewer",
        ),
        ("lwbs_or_ama.all", 0.003, "of all visits, 0.30 in 100 more left unseen or against advice"),
        (
            "observation_unmet_share.mental_health",
            -0.03,
            "mental-health visits had no aide for 3.00 percentage points less",
        ),
        ("wait_triage_to_pia_mean.all", -0.02, "all visits waited under 0.1 minutes less for a physician"),
        ("length_of_stay_mean.medical", 0.5, "medical visits stayed 0.50 hours longer"),
    ],
)
def test_a_change_is_a_sentence_about_those_it_was_measured_of(
    measure: str, mean: float, words: str, four: Comparison
) -> None:
    assert changed(four, measure, mean).startswith(f"with peers added, {words}")


def test_a_measure_without_an_interval_is_not_said_to_show_no_difference(four: Comparison) -> None:
    rows = four.differences.copy()
    undefined = (rows["measure"] == "minutes_without_staff_mean.mental_health") & (rows["staffing"] == "peer_added")
    rows.loc[undefined, ["low", "high", "half_width", "simultaneous_half_width"]] = math.nan
    lines = lines_of(replace(four, differences=rows))
    assert lines[UNCHANGED].endswith("; not measured: time without staff.")
    assert lines_of(replace(four, differences=rows[~undefined]))[UNCHANGED].endswith(
        "; not measured: time without staff."
    )
    assert finding_title(replace(four, differences=rows)) == "Peers added: no difference beyond chance in waits"


def test_the_marks_of_the_table_are_explained_in_the_line_on_how_sure(four: Comparison) -> None:
    assert "†" not in lines_of(four)[CERTAINTY]
    line = lines_of(where_many_leave(four, "peer_swapped"))[CERTAINTY]
    assert line.startswith("† many leave, so that waits look shorter than they would be (Peers for nurse hours). ")
    unsteady = without_steady_state(comparison_of(("traditional",), (1.0,)), "traditional")
    lines = lines_of(replace(unsteady, differences=pd.DataFrame()))
    assert lines[CERTAINTY].startswith("‡ no steady state, so that means depend on how long was played. ")
    assert "with overtime" not in lines[WHAT_IT_COSTS]


def test_the_same_money_is_never_advised_by_the_command_just_given() -> None:
    names = ("traditional", *SHIPPED_SAME_MONEY)
    all_four = comparison_of(names, (1.0,))
    costs = all_four.costs.assign(weekly_difference=[0.0, 9000.0, 3838.0, 3838.0, 3838.0])
    line = lines_of(replace(all_four, costs=costs, changed=("staffing.psw.hourly_cost=60",)))[SAME_MONEY]
    assert line.startswith("not compared here. Write a staffing that adds some 9,000 CAD a week")


# The late outcome


def test_the_late_outcome_is_named_among_many_changes_and_is_called_secondary(four: Comparison) -> None:
    everything = four.differences.assign(simultaneous_half_width=1e-9, mean=-0.5, low=-0.6, high=-0.4)
    lines = lines_of(replace(four, differences=everything))
    assert "had a longest time unseen 0.5 minutes shorter (0.4 to 0.6; secondary)" in lines[CHANGES]
    assert "less without staff (0.4 to 0.6)" in lines[CHANGES], "the primary outcome bears no mark"
    assert "8 more measures changed" in lines[CHANGES]
    assert "had a longest time unseen 0.5 minutes shorter" in lines[SAME_MONEY]
    assert [name for name, _ in most_important([(name, None) for name in reversed(HEADLINE)], 5)] == [
        name for name in reversed(HEADLINE) if name in PROTOCOL_OUTCOMES
    ]


def test_the_page_says_in_full_which_outcome_was_chosen_late(four: Comparison) -> None:
    words = "Longest time unseen is a secondary outcome, chosen after results were seen"
    assert words in answer_markdown(describe_comparison(four))
    gone = replace(four, estimates=four.estimates[~four.estimates["measure"].isin(CHOSEN_LATE)])
    assert words not in answer_markdown(describe_comparison(gone))
    protocol = (Path(__file__).parents[1] / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert (
        "| Longest time unseen by staff, per eligible visit | secondary | **chosen after results were seen** |"
        in protocol
    )


# The picture


def test_the_title_of_the_picture_is_the_finding(four: Comparison) -> None:
    assert finding_title(four) == "Peers added: 21.3 minutes less without staff, no difference in waits beyond chance"
    swapped = comparison_of(("traditional", "clinician_added", "peer_added", "peer_swapped"))
    first = replace(swapped, staffings=("traditional", "peer_swapped"))
    assert finding_title(first) == "Peers for nurse hours: 14.1 minutes less without staff, 5.9 minutes more of waiting"
    rows = four.differences.assign(simultaneous_half_width=1e9)
    assert finding_title(replace(four, differences=rows)) == (
        "Peers added: no difference beyond chance in time without staff or waits"
    )
    assert "no steady state" in finding_title(without_steady_state(four, "peer_added"))
    assert "nothing can be distinguished from chance" in finding_title(of_one_replication(four))
    assert "nothing is compared" in finding_title(comparison_of(FOUR[:1]))


@pytest.mark.parametrize("name", LABELS)
def test_the_picture_has_room_for_the_longest_title_and_its_heads_do_not_touch(name: str) -> None:
    labels = {"traditional": "Traditional", name: LABELS[name]}
    pair = replace(comparison_of(FOUR[:2], (1.0,)), labels={**labels, "peer_added": LABELS[name]})
    with styled():
        figure = finding_figure(pair).figure
        figure.draw_without_rendering()
        texts = [item for item in figure.texts if item.get_text()]
        boxes = {item.get_text(): item.get_window_extent() for item in texts}
    assert max(box.x1 for box in boxes.values()) <= figure.bbox.x1 - 10.0
    heads = [boxes[measure_head(name)] for name in MEASURES_SHOWN]
    assert all(one.x1 < other.x0 for one, other in pairwise(heads))
    (first, second) = [boxes[item.get_text()] for item in texts[:2]]
    assert second.y1 < first.y0, "the title stands above what explains it"


def test_the_picture_shows_the_first_staffing_and_the_same_money(four: Comparison) -> None:
    costs = four.costs.assign(weekly_difference=[0.0, 3838.0, 3800.0, 40.0])
    assert staffings_shown(replace(four, costs=costs)) == ["peer_added", "clinician_added"]
    alone = four.costs.assign(weekly_difference=[0.0, 3838.0, 9000.0, 40.0])
    assert staffings_shown(replace(four, costs=alone)) == ["peer_added", "clinician_added", "peer_swapped"]


# Files


def test_a_word_to_be_typed_can_be_copied_out_of_the_page() -> None:
    page = answer_markdown(describe_comparison(comparison_of(("traditional", "peer_added"), (1.0,))))
    assert '`"study.staffing=[traditional,peer_added,clinician_added,nurse_added]"`' in page


def test_a_table_without_all_measures_says_where_they_are(four: Comparison) -> None:
    assert "More in answer.md" in squeezed(printed(print_comparison, four))
    pair = replace(comparison_of(FOUR[:2], (1.0,)), notes=(), by=())
    assert "Staff cost per visit" in printed(print_comparison, pair)
    assert "More measures" not in squeezed(printed(print_comparison, pair))
