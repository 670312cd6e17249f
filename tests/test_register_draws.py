"""Draws of the register: distributions that are what they say, rows that go together, departments to be played."""

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.io.plain_data import copied, value_at, with_values
from sim.register.distributions import NotDrawable, quantiles
from sim.register.drawn_scenarios import drawn_rows, drawn_scenarios, places_of_rows
from sim.register.draws import ALONE, DERIVED, NOT_DRAWN, PEER_EFFECT, TOTAL_MINUTES, WITH, dimension_of, shipped_cube
from sim.register.rows import ROLES, assumed_numbers
from sim.statistics.arrays import FloatArray

CUBE = shipped_cube()
ROWS = CUBE.register
MIDDLE = np.full((1, len(CUBE.dimensions)), 0.5)


def drawn(name: str, *shares: float) -> FloatArray:
    return quantiles(ROWS[name], np.array(shares))


def test_every_unknown_row_can_be_drawn_or_says_why_not() -> None:
    wrong = []
    for row in ROWS.values():
        if row.role not in ROLES:
            wrong.append(f"{row.id}: {row.role}")
        elif row.role != "unknown":
            wrong += [row.id] if row.drawn else []
        elif row.drawn.startswith(NOT_DRAWN):
            wrong += [] if len(row.drawn) > len(NOT_DRAWN) + 10 else [f"{row.id}: {row.drawn}"]
        else:
            how = row.drawn == ALONE or row.drawn in PEER_EFFECT or WITH.fullmatch(row.drawn)
            at = quantiles(row, np.linspace(0.01, 0.99, 5)) if how else np.array([[np.nan]])
            wrong += [] if how and np.isfinite(at).all() else [f"{row.id}: {row.drawn}"]
    assert wrong == []


def test_a_row_moves_with_one_that_has_a_dimension_of_its_own() -> None:
    dimensions = {row.id: dimension_of(row) for row in ROWS.values()}
    assert {one for one in dimensions.values() if one} == set(CUBE.dimensions)


def test_a_drawn_row_stands_behind_a_key_or_behind_a_derived_row() -> None:
    held = {key.id for key in CUBE.keys}
    inputs = {name for derived in DERIVED for name in named_in(ROWS[derived].source)} | {"TIMA62", "SUPA16"}
    assert [name for name in CUBE.dimensions if name not in held | inputs] == []


def named_in(source: str) -> set[str]:
    return {name for name in ROWS if name in source}


def test_every_derived_row_that_a_key_holds_follows_its_inputs() -> None:
    """But for those whose inputs are published figures, which are not drawn."""
    drawn_ids = {row.id for row in ROWS.values() if dimension_of(row)} | set(TOTAL_MINUTES)
    keyed = {key.id for key in CUBE.keys if ROWS[key.id].role == "derived"}
    lacking = {name for name in keyed if named_in(ROWS[name].source) & drawn_ids} - set(DERIVED)
    assert lacking == {"RETA15", "RETA16"}, "how long the prelude lasts is set with the longest return in mind"


def test_a_two_piece_row_has_its_value_as_median_and_its_limits_as_95_percent() -> None:
    for name in ("TIM25", "SUPA02", "ESCA05", "TIM29", "EFFA01", "SEVA06"):
        row = ROWS[name]
        low, middle, high = drawn(name, 0.025, 0.5, 0.975)
        for text, found in ((row.low, low), (row.value, middle), (row.high, high)):
            assert found == pytest.approx([float(part) for part in text.split("/")], rel=1e-6), name


@pytest.mark.parametrize(
    ("name", "share", "wanted"),
    [
        ("STF08", 0.0, [44.0]),
        ("STF08", 1.0, [62.0]),
        ("STF08", (52 - 44) / (62 - 44), [52.0]),
        ("ROSA21", 0.0, [3.0]),
        ("ROSA21", 0.999, [10.0]),
        ("TIMA07", 1.0, [39.0, 18.2, 13.0, 7.8, 6.5]),
        ("TIMA14", 1.0, [0.9975, 0.84, 0.525, 0.294, 0.126]),
        ("DISA01", 1.0, [1299.7, 3.6, 1.26, 1.0, 1.0]),
        ("RETA04", 0.0, [1.0, 3.0]),
    ],
)
def test_a_row_is_drawn_as_its_word_says(name: str, share: float, wanted: list[float]) -> None:
    assert drawn(name, share)[0] == pytest.approx(wanted)


def test_a_triangle_has_the_mean_of_its_corners() -> None:
    shares = (np.arange(20_000) + 0.5) / 20_000
    assert quantiles(ROWS["STF08"], shares).mean() == pytest.approx((44 + 52 + 62) / 3, rel=1e-4)


def test_a_mix_leans_to_its_limits_and_keeps_its_sum() -> None:
    urgent, middle, mild = drawn("ARRA16", 0.0, 0.5, 1.0)
    assert urgent[0] == pytest.approx(0.01)
    assert mild[3] == pytest.approx(0.3)
    assert middle == pytest.approx(assumed_numbers(ROWS["ARRA16"]) or ())
    assert urgent.sum() == pytest.approx(1.0) == pytest.approx(mild.sum())


def test_hours_keep_their_sum_and_none_is_negative() -> None:
    found = drawn("ARRA03", 0.0, 0.5, 1.0)
    assert found.min() >= 0.0
    assert found.sum(axis=1) == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"distribution": "gamma"}, "STF08: '52' is not drawn as 'gamma': one of uniform"),
        ({"low": "44/45"}, "STF08: 44/45 to 62, triangular: as many limits as values"),
        ({"distribution": "two-piece lognormal", "low": "0"}, "STF08: 0 to 62, two-piece lognormal: the limits are at"),
        ({"distribution": "common factor, uniform"}, "factors are written x0.7 and x1.3"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_by_name(changed: dict[str, str], message: str) -> None:
    with pytest.raises(NotDrawable, match=message):
        quantiles(replace(ROWS["STF08"], **changed), np.array([0.5]))  # type: ignore[arg-type]


def test_peer_effects_go_together_and_others_do_not() -> None:
    places = np.random.default_rng(3).random((20_000, len(CUBE.dimensions)))
    moved = CUBE.correlated(places)
    column = {name: number for number, name in enumerate(CUBE.dimensions)}

    def together(one: str, other: str) -> float:
        return float(np.corrcoef(moved[:, column[one]], moved[:, column[other]])[0, 1])

    assert together("EFFA01", "EFFA08") == pytest.approx(0.48, abs=0.03)  # ranks of a normal correlation of 0.5
    assert together("EFFA01", "EFFA07") == pytest.approx(-0.48, abs=0.03), "odds help when high, hazards when low"
    assert together("EFFA01", "TIM25") == pytest.approx(0.0, abs=0.03)
    assert np.quantile(moved[:, column["EFFA07"]], [0.1, 0.9]) == pytest.approx([0.1, 0.9], abs=0.01)


def test_in_the_middle_everything_two_piece_is_at_its_value_and_derived_rows_follow() -> None:
    values = CUBE.values(MIDDLE)
    for name in ("TIM25", "SUPA02", "EFFA01"):
        assert values[name][0] == pytest.approx(assumed_numbers(ROWS[name]) or ())
    wage, loading = values["STF09"][0, 0], values["STF11"][0, 0]
    assert values["COSA02"][0, 0] == pytest.approx(wage * (1 + loading))
    assert values["ZONA09"][0, 0] == pytest.approx(1 - values["ZONA08"][0, 0])
    assert values["ZONA06"][0] == pytest.approx(np.round(12 / values["ZONA05"][0]))


def test_physician_minutes_are_split_and_never_lost() -> None:
    places = np.random.default_rng(4).random((50, len(CUBE.dimensions)))
    values = CUBE.values(places)
    shares = values["TIMA23"]
    total = values["TIMA10"] + values["TIMA22"] * shares
    published = np.array([(assumed_numbers(ROWS[name]) or ())[0] for name in TOTAL_MINUTES])
    assert total == pytest.approx(published * values["TIMA62"])


def test_places_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="give one column for each of"):
        CUBE.values(np.full((1, 3), 0.5))


# --- scenarios ------------------------------------------------------------------------------------------------------


def test_every_number_of_the_register_in_the_department_moves() -> None:
    scenario = sim.load("staffing=peer_added")
    data = copied(scenario.model_dump())
    places = np.random.default_rng(5).random((1, len(CUBE.dimensions)))
    (changed,) = drawn_scenarios(scenario, CUBE, places)
    assert changed is not None
    found, values = copied(changed.model_dump()), CUBE.values(places)
    still = [
        one.key.key
        for one in places_of_rows(data, CUBE)
        if one.is_as_assumed and one.key.id in values and value_at(found, one.place) == value_at(data, one.place)
    ]
    assert set(still) <= {
        "support.minimum_age",
        "staffing.physician.caseload",
        "staffing.crisis_clinician.caseload",
    } | {
        f"department.zones.{zone}.nurse_twelfths" for zone in ("resus", "acute", "fast_track", "mh_safe", "corridor")
    }, "whole numbers may come out the same"


def test_a_number_of_the_site_itself_is_left_alone() -> None:
    own = sim.load("department.streams.mental_health.pathway.crisis_assessment.minutes.mean=61")
    assert "TIM25" in drawn_rows(sim.load(), CUBE)
    assert "TIM25" not in drawn_rows(own, CUBE)
    (changed,) = drawn_scenarios(own, CUBE, np.full((1, len(CUBE.dimensions)), 0.9))
    assert changed is not None
    steps = changed.department.streams["mental_health"].pathway
    (minutes,) = [step.minutes.mean for step in steps if step.name == "crisis_assessment"]  # type: ignore[union-attr]
    assert minutes == 61


def test_the_row_that_is_drawn_is_the_one_whose_value_the_effects_have() -> None:
    for effects, row in (("none", "EFFA01"), ("evidence", "PEF16"), ("pessimistic", "EFFA15")):
        found = drawn_rows(sim.load("staffing=peer_added", f"effects={effects}"), CUBE)
        assert [name for name in ("EFFA01", "PEF16", "EFFA15") if name in found] == [row]


def test_what_is_decided_and_what_a_site_knows_stays() -> None:
    scenario = sim.load("staffing=peer_added")
    for changed in drawn_scenarios(scenario, CUBE, np.random.default_rng(6).random((5, len(CUBE.dimensions)))):
        if changed is not None:
            assert changed.demand.visits_per_year == scenario.demand.visits_per_year  # type: ignore[union-attr]
            for name, role in changed.staffing.roles.items():
                assert role.shifts == scenario.staffing.roles[name].shifts
            places = {name: zone.places for name, zone in changed.department.zones.items()}
            assert places == {name: zone.places for name, zone in scenario.department.zones.items()}


def test_a_draw_that_contradicts_itself_is_no_department() -> None:
    column = CUBE.dimensions.index
    place = MIDDLE.copy()
    place[0, column("ARRA28")] = 1e-4  # hardly anybody is held
    place[0, column("SUPA19")] = 1e-4  # and many children under 12 are alone, who are held always
    place[0, column("ARRA18")] = 1e-4  # and many are under 12
    assert list(drawn_scenarios(sim.load(), CUBE, place)) == [None]


def test_values_are_put_into_copies_of_what_is_around_them_alone() -> None:
    data = {"a": {"b": [1, 2], "c": [3]}, "d": {"e": 4}}
    found = with_values(data, [(("a", "b", 0), 5), (("a", "b"), [6, 7]), (("a", "b", 1), 8)])
    assert found == {"a": {"b": [6, 8], "c": [3]}, "d": {"e": 4}}
    assert data == {"a": {"b": [1, 2], "c": [3]}, "d": {"e": 4}}
    assert found["d"] is data["d"]
