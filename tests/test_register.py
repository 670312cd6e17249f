"""The assumption register and the face-validity table are complete, consistent and add up.

Reads both files with the csv module alone; that configs agree with the register is tested elsewhere.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from math import exp, fsum, log, pow, sqrt
from pathlib import Path

import pytest

from sim.register.distributions import DISTRIBUTIONS

DATA = Path(__file__).resolve().parents[1] / "sim" / "data"
Row = dict[str, str]

COLUMNS = [
    "id",
    "quantity",
    "value",
    "low",
    "high",
    "distribution",
    "role",
    "drawn",
    "unit",
    "source",
    "doi",
    "grade",
    "note",
]
FACE_COLUMNS = [
    *("row", "key", "value", "measure", "published", "published_range", "accept_low", "accept_high", "unit"),
    *("basis", "source_ids", "use", "trade", "note"),
]
ID = re.compile(r"\b[A-Z]{3}A?\d{2}\b")
DRAWN = {*DISTRIBUTIONS, "common shift, uniform"}
"""Shifts of a roster are decided, not drawn: their range is that of a sweep."""
NOT_DRAWN = {"fixed", "follows its inputs"}
UNCHECKED = re.compile(r"memory|recall|remember|not captured|\bverify\b|to be verified|unverified", re.IGNORECASE)
"""A figure or a citation that nobody has held against its source."""
NOT_FOUND = "not verified against the source"
"""How a row says that its source was looked for and its figure was not found in it."""
FIRST_PAPER = re.compile(r"([\w'-]+).*?\b((?:19|20)\d\d)\b")
"""The first name and the first year of a source."""


def read(name: str) -> list[Row]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


ROWS = read("assumptions.csv")
FACE = read("face_validity.csv")
BY_ID = {row["id"]: row for row in ROWS}
OWN = [row for row in ROWS if row["grade"] == "C" or row["source"] == "assumption"]
DERIVED = [row for row in ROWS if row["source"].startswith("derived from ")]


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def vector(name: str) -> list[float]:
    return [float(part) for part in BY_ID[name]["value"].split("/")]


def scalar(name: str) -> float:
    return float(BY_ID[name]["value"])


def bounds(row: Row) -> Iterator[tuple[float, float, float]]:
    """(low, value, high) of every component that has all three as plain numbers."""
    parts = [row[column].split("/") for column in ("low", "value", "high")]
    if len({len(part) for part in parts}) == 1:
        for components in zip(*parts, strict=True):
            low, value, high = (number(text) for text in components)
            if low is not None and value is not None and high is not None:
                yield low, value, high


def is_range(row: Row) -> bool:
    """Low and high are numbers, vectors as long as the value, factors (x0.7) or shifts (-1, +1)."""
    factor = re.fullmatch(r"x[\d.]+", row["low"]) and re.fullmatch(r"x[\d.]+", row["high"])
    shift = row["distribution"] == "common shift, uniform" and row["low"][0] == "-" and row["high"][0] == "+"
    lengths = {len(row[column].split("/")) for column in ("low", "value", "high")}
    return bool(factor or shift or len(lengths) == 1)


def ids(rows: list[Row]) -> list[str]:
    return [row["id"] for row in rows]


def test_the_register_has_the_documented_columns_and_no_ragged_line() -> None:
    for name, columns in (("assumptions.csv", COLUMNS), ("face_validity.csv", FACE_COLUMNS)):
        with (DATA / name).open(newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
        assert lines[0] == columns
        assert {len(line) for line in lines} == {len(columns)}


def test_every_id_is_well_formed_and_unique() -> None:
    assert [name for name in BY_ID if not ID.fullmatch(name)] == []
    assert len(BY_ID) == len(ROWS)


def test_every_row_of_evidence_is_there() -> None:
    counts = {
        "ARR": 28, "TIM": 32, "LOS": 26, "REV": 13, "PEF": 24, "POP": 14, "RED": 11, "STF": 12,
    }  # fmt: skip
    expected = {f"{group}{i:02d}" for group, n in counts.items() for i in range(1, n + 1)}
    assert {name for name in BY_ID if len(name) == 5 and not name.startswith("DAT")} == expected
    assert len(expected) == 160


def test_every_row_names_its_quantity_unit_source_and_grade() -> None:
    lacking = [r["id"] for r in ROWS if not all(r[c] for c in ("quantity", "unit", "source"))]
    assert lacking == []
    assert {row["grade"] for row in ROWS} == {"A", "B", "C"}


def test_only_a_finding_of_direction_may_have_no_value() -> None:
    assert [row["id"] for row in ROWS if not row["value"] and row["unit"] != "direction"] == []


def test_low_value_and_high_are_in_order() -> None:
    wrong = [r["id"] for r in ROWS for low, value, high in bounds(r) if not low <= value <= high]
    assert wrong == []


def test_every_assumption_has_a_range_and_a_distribution_that_can_be_drawn() -> None:
    assert [r["id"] for r in OWN if not all(r[c] for c in ("value", "low", "high", "distribution"))] == []
    assert [row["id"] for row in OWN if row["distribution"] not in DRAWN | NOT_DRAWN] == []
    assert [row["id"] for row in OWN if not is_range(row)] == []


def test_a_row_that_is_called_an_assumption_has_grade_c() -> None:
    assert [row["id"] for row in ROWS if row["source"] == "assumption" and row["grade"] != "C"] == []


@pytest.mark.parametrize("column", ["quantity", "source", "note"])
def test_no_row_rests_on_memory_or_waits_to_be_verified(column: str) -> None:
    """The figure was read, here or where another text quotes it, or the row says that it was not and is graded C."""
    assert [row["id"] for row in ROWS if UNCHECKED.search(row[column])] == []


@pytest.mark.parametrize(
    "words",
    [
        *("study identity and DOI from memory, verify", "(authors not captured, verify)", "numbers recalled"),
        *("to be verified", "as we remember it", "growth from memory"),
    ],
)
def test_words_of_memory_are_recognised(words: str) -> None:
    assert UNCHECKED.search(words)
    assert not UNCHECKED.search("not verified against the source: no copy at hand reaches the results")


def test_a_figure_that_was_not_found_in_its_source_has_grade_c() -> None:
    not_found = [row for row in ROWS if NOT_FOUND in row["note"]]
    assert {row["id"] for row in not_found} == {"LOS23", "PEF03", "PEF10", "STF08", "STF09", "TIM26", "TIM32"}
    assert {row["grade"] for row in not_found} == {"C"}


def test_a_row_of_grade_c_that_cites_a_source_says_what_it_does_not_owe_to_it() -> None:
    citing = [r for r in ROWS if r["grade"] == "C" and r["source"] != "assumption" and r not in DERIVED]
    assert len(citing) == 8
    assert [r["id"] for r in citing if NOT_FOUND not in r["note"] and "judgement" not in r["note"]] == []


def test_a_row_of_grade_b_names_the_text_that_quotes_its_source() -> None:
    quoted = [row for row in ROWS if row["grade"] == "B"]
    assert len(quoted) == 5
    assert [row["id"] for row in quoted if "as tabulated in" not in row["source"] or not row["doi"]] == []


def test_a_paper_has_one_year_and_one_doi() -> None:
    """Each paper is known by its first author and year; a DOI stands for one of them."""
    papers: dict[str, set[str]] = {}
    for row in ROWS:
        cited = FIRST_PAPER.match(row["source"])
        if cited and row["doi"]:
            papers.setdefault(row["doi"], set()).add(" ".join(cited.groups()))
    assert len(papers) > 20
    assert {doi: named for doi, named in papers.items() if len(named) > 1} == {}
    named_once = [paper for named in papers.values() for paper in named]
    assert len(named_once) == len(set(named_once))


def test_a_fixed_row_has_no_spread() -> None:
    fixed = [row for row in ROWS if row["distribution"] == "fixed"]
    assert len(fixed) > 10
    assert [r["id"] for r in fixed if not r["low"] == r["value"] == r["high"]] == []


def test_factor_ranges_hold_the_value_itself() -> None:
    factors = [row for row in ROWS if row["low"].startswith("x")]
    assert len(factors) > 10
    assert [r["id"] for r in factors if not float(r["low"][1:]) <= 1 <= float(r["high"][1:])] == []


def test_a_lognormal_range_is_positive() -> None:
    lognormal = [row for row in OWN if row["distribution"] == "lognormal"]
    assert [row["id"] for row in lognormal if not all(float(part) > 0 for part in row["low"].split("/"))] == []


def test_a_beta_or_dirichlet_range_lies_between_0_and_1() -> None:
    shares = [row for row in OWN if row["distribution"] in {"beta", "dirichlet"}]
    limits = [(r["id"], float(x)) for r in shares for c in ("low", "high") for x in r[c].split("/")]
    assert [name for name, limit in limits if not 0 <= limit <= 1] == []


def test_every_derived_row_names_other_rows_that_exist() -> None:
    assert len(DERIVED) > 50
    for row in DERIVED:
        named = ID.findall(row["source"])
        assert named, row["id"]
        assert [name for name in named if name not in BY_ID or name == row["id"]] == [], row["id"]
        assert " by " in row["source"], row["id"]


def test_nothing_is_derived_from_itself_by_a_detour() -> None:
    inputs = {row["id"]: set(ID.findall(row["source"])) for row in DERIVED}

    def reaches(start: str, seen: frozenset[str]) -> bool:
        return any(n in seen or reaches(n, seen | {n}) for n in inputs.get(start, set()))

    assert [name for name in inputs if reaches(name, frozenset({name}))] == []


def test_a_derived_row_is_graded_no_better_than_its_worst_input() -> None:
    worst = {r["id"]: max(BY_ID[name]["grade"] for name in ID.findall(r["source"])) for r in DERIVED}
    assert [name for name, grade in worst.items() if BY_ID[name]["grade"] < grade] == []


def test_ids_named_in_notes_exist() -> None:
    text = {row["id"]: ID.findall(row["note"] + " " + row["quantity"]) for row in ROWS}
    assert [(name, other) for name, others in text.items() for other in others if other not in BY_ID] == []


def test_a_doi_looks_like_one() -> None:
    given = {row["id"]: row["doi"] for row in ROWS if row["doi"]}
    assert [name for name, doi in given.items() if not re.fullmatch(r"10\.\d{4,5}/\S+", doi)] == []


def test_the_register_page_counts_the_rows_of_each_group() -> None:
    page = (DATA.parents[1] / "docs" / "assumptions.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| ([A-Z]{3,4}(?:, [A-Z]{3,4})*) \| [^|]+ \| *(\d*) *\| *(\d*) *\|$", page, re.MULTILINE)
    assert len(lines) == 16
    for prefixes, evidence, own in lines:
        ours = [p for p in prefixes.split(", ") if p.endswith("A") or p == "DISA"]
        counted = Counter(
            "own" if re.sub(r"\d", "", name) in ours else "evidence"
            for name in BY_ID
            if re.sub(r"\d", "", name) in prefixes.split(", ")
        )
        assert (counted["evidence"], counted["own"]) == (int(evidence or 0), int(own or 0)), prefixes


# --- what the values must add up to


@pytest.mark.parametrize(
    ("name", "total"),
    [
        *[("ARRA01", 100), ("ARRA02", 100), ("ARRA03", 100), ("ARRA04", 100), ("ARRA05", 7), ("ARRA06", 7)],
        *[("ARRA07", 12), ("ARRA08", 12), ("ARRA15", 6374), ("ARRA16", 1), ("ARRA17", 1), ("ARRA18", 1)],
        ("RETA05", 1),
    ],
)
def test_profiles_and_mixes_sum_to_their_total(name: str, total: float) -> None:
    assert sum(vector(name)) == pytest.approx(total, abs=1e-3)


def test_hour_profiles_have_24_and_month_indices_12_values() -> None:
    assert {len(vector(f"ARRA0{i}")) for i in (1, 2, 3, 4)} == {24}
    assert {len(vector(name)) for name in ("ARRA07", "ARRA08")} == {12}


def test_the_all_visits_profile_meets_the_published_eight_hour_blocks() -> None:
    hours = vector("ARRA01")
    blocks = [sum(hours[i : i + 8]) / 100 for i in (0, 8, 16)]
    assert blocks == pytest.approx([scalar("ARR03"), scalar("ARR04"), scalar("ARR05")], abs=1e-9)


def test_both_mental_health_profiles_put_66_percent_after_17() -> None:
    default, evening = vector("ARRA02"), vector("ARRA03")
    assert (sum(default[17:]) + sum(default[:8])) / 100 == pytest.approx(scalar("ARR07"), abs=1e-9)
    assert sum(evening[17:]) / 100 == pytest.approx(scalar("ARR07"), abs=1e-9)


def test_the_medical_profile_is_all_visits_minus_mental_health() -> None:
    share = scalar("ARR13")
    expected = [(a - share * m) / (1 - share) for a, m in zip(vector("ARRA01"), vector("ARRA02"), strict=True)]
    assert vector("ARRA04") == pytest.approx(expected, abs=5e-5)


def test_the_medical_weekday_index_gives_the_published_weekday_share() -> None:
    assert sum(vector("ARRA05")[:5]) / 7 == pytest.approx(scalar("ARR06"), abs=5e-4)


def test_the_two_streams_add_up_to_the_annual_volume() -> None:
    assert scalar("ARRA09") + scalar("ARRA10") == scalar("ARR01")
    assert scalar("ARRA13") == pytest.approx(scalar("ARRA09") * (1 - scalar("RETA06")), rel=1e-4)
    assert scalar("ARRA14") == pytest.approx(scalar("ARRA10") / scalar("RETA10"), rel=1e-3)


def test_ambulance_and_police_shares_add_up_to_the_registered_sum() -> None:
    assert scalar("ARRA23") + scalar("ARRA24") == pytest.approx(scalar("ARR28"))


def test_physician_minutes_add_up_to_the_published_minutes_per_visit() -> None:
    first, later, share = vector("TIMA10"), vector("TIMA22"), vector("TIMA23")
    published = [scalar(f"TIM{i}") for i in range(17, 22)]
    total = [f + s * m for f, s, m in zip(first, share, later, strict=True)]
    assert total == pytest.approx(published, abs=0.06)
    both = [a + b for a, b in zip(vector("TIMA39"), vector("TIMA40"), strict=True)]
    assert both == pytest.approx(published)


def test_physician_minutes_at_the_triage_mix_are_those_stated() -> None:
    minutes = [scalar(f"TIM{i}") for i in range(17, 22)]
    for mix, stated in ((vector("ARRA15"), 0), (vector("ARRA16"), 1)):
        mean = sum(m * w for m, w in zip(minutes, mix, strict=True)) / sum(mix)
        assert mean == pytest.approx(vector("TIMA59")[stated], abs=0.005)


def test_the_safety_plan_triangle_has_the_published_mean_and_ends() -> None:
    low, mode, high = vector("TIMA57")
    assert (low + mode + high) / 3 == scalar("TIM26")
    assert (low, high) == (float(BY_ID["TIM26"]["low"]), float(BY_ID["TIM26"]["high"]))


def interval(ratio: float, se_log: float) -> list[float]:
    """The 95 % interval of a ratio whose logarithm has this standard error."""
    return [ratio * exp(sign * 1.96 * se_log) for sign in (-1, 1)]


def range_of(name: str) -> list[float]:
    return [float(BY_ID[name]["low"]), float(BY_ID[name]["high"])]


@pytest.mark.parametrize(
    ("name", "with_outcome", "treated", "of_others", "others"),
    [
        ("PEF02", 64, 218, 83, 216),
        ("PEF10", 0.32 * 323, 323, 0.30 * 325, 325),
        ("PEF13", 0.158 * 95, 95, 0.173 * 98, 98),
    ],
)
def test_a_risk_ratio_derived_from_shares_has_the_interval_they_give(
    name: str, with_outcome: float, treated: int, of_others: float, others: int
) -> None:
    ratio = (with_outcome / treated) / (of_others / others)
    se_log = sqrt(1 / with_outcome - 1 / treated + 1 / of_others - 1 / others)
    assert scalar(name) == pytest.approx(ratio, abs=0.01)
    assert range_of(name) == pytest.approx(interval(ratio, se_log), abs=0.01)


@pytest.mark.parametrize(
    ("trials", "pooled", "low", "high"),
    [
        (("PEF02", "PEF03", "PEF09", "PEF13"), 0.90, 0.80, 1.01),
        (("PEF02", "PEF09", "PEF13"), 0.82, 0.69, 0.98),
    ],
)
def test_the_pooled_trials_give_what_the_prior_says_with_and_without_the_one_not_verified(
    trials: tuple[str, ...], pooled: float, low: float, high: float
) -> None:
    """Inverse-variance weights of the logarithms, from the published 95 % intervals."""
    weights = {name: (2 * 1.96 / log(range_of(name)[1] / range_of(name)[0])) ** 2 for name in trials}
    total = fsum(weights.values())
    mean = exp(fsum(weight * log(scalar(name)) for name, weight in weights.items()) / total)
    assert mean == pytest.approx(pooled, abs=0.006)
    assert interval(mean, sqrt(1 / total)) == pytest.approx([low, high], abs=0.006)
    if "PEF03" in weights:
        assert weights["PEF03"] / total == pytest.approx(0.53, abs=0.005)


def test_loaded_rates_are_wages_times_loading() -> None:
    pairs = (("01", "STF08"), ("02", "STF09"), ("03", "STF10"), ("07", "COSA04"), ("08", "COSA05"), ("25", "STF12"))
    for rate, wage in pairs:
        loaded = scalar(wage) * (1 + scalar("STF11"))
        assert scalar(f"COSA{rate}") == pytest.approx(loaded, abs=0.05), rate


def test_rostered_hours_follow_from_heads_and_lengths() -> None:
    heads = [sum(vector(f"ROSA{i:02d}")) for i in (2, 4, 6, 8, 10, 12)]
    eight, twelve = scalar("ROSA14"), scalar("ROSA15")
    lengths = [eight, twelve, twelve, eight, eight, twelve]
    hours = [h * length for h, length in zip(heads, lengths, strict=True)]
    assert [*hours, 24 * scalar("ROSA13"), 0] == vector("ROSA16")


def test_heads_on_duty_by_hour_follow_from_the_physician_shifts() -> None:
    on_duty = [0.0] * 24
    for start, heads in zip(vector("ROSA01"), vector("ROSA02"), strict=True):
        for hour in range(int(scalar("ROSA14"))):
            on_duty[(int(start) + hour) % 24] += heads
    assert on_duty == vector("ROSA37")


def test_the_default_roster_never_falls_under_minimum_cover() -> None:
    """Every quarter of an hour of the day, for the roles with shifts; a break is covered by colleagues."""
    roles = [("01", "02", "14", 0), ("03", "04", "15", 1), ("05", "06", "15", 2), ("07", "08", "14", 3)]
    for starts, heads, length, cover in [*roles, ("11", "12", "15", 4)]:
        shifts = list(zip(vector(f"ROSA{starts}"), vector(f"ROSA{heads}"), strict=True))
        for quarter in range(96):
            now = quarter / 4
            present = sum(h for start, h in shifts if (now - start) % 24 < scalar(f"ROSA{length}"))
            assert present >= vector("ROSA31")[cover], (starts, now)


def test_added_hours_follow_from_the_shifts_of_each_staffing() -> None:
    def hours(length: str, days: str) -> float:
        return sum(a * b for a, b in zip(vector(length), vector(days), strict=True))

    around_the_clock = 7 * len(vector("ROSA47")) * scalar("ROSA48")
    added = [hours("ROSA42", "ROSA43"), hours("ROSA45", "ROSA46"), around_the_clock]
    others = [7 * scalar("ROSA50"), scalar("ROSA53") * scalar("ROSA52")]
    assert [*added, *others] == vector("ROSA54")
    assert [scalar("ROSA59") * scalar("ROSA60"), *reversed(others)] == vector("ROSA61")


def test_the_added_staffings_cost_the_same_within_one_percent() -> None:
    peers, coordinator, both = vector("COSA09")
    assert peers + coordinator == both
    assert coordinator == pytest.approx(scalar("SUPA18") * scalar("COSA02"), abs=0.5)
    for other in (scalar("COSA11"), scalar("COSA12"), *vector("COSA26")):
        assert other == pytest.approx(both, rel=0.01)
    rates = [scalar(rate) for rate in ("COSA25", "COSA01", "COSA02")]
    assert [hours * rate for hours, rate in zip(vector("ROSA61"), rates, strict=True)] == pytest.approx(
        vector("COSA26"), abs=0.5
    )


def test_the_return_curve_gives_the_rates_it_states() -> None:
    """S(t) = (1 - pi F(t)) ** z with two classes of patients; first-visit denominators."""
    pi, shape, scale = scalar("RETA01"), scalar("RETA02"), scalar("RETA03")

    def returned(days: float) -> float:
        ever = pi * (1 - exp(-((days / scale) ** shape)))
        pairs = zip(vector("RETA05"), vector("RETA04"), strict=True)
        return fsum(share * (1 - pow(1 - ever, z)) for share, z in pairs)

    curve = [returned(days) for days in (3, 7, 30, 180, 365)]
    assert curve == pytest.approx(vector("RETA11"), abs=5e-4)
    assert curve[2] == pytest.approx(scalar("REV04"), abs=5e-4)
    assert curve[3] == pytest.approx(scalar("REV01"), abs=5e-4)


def test_visits_per_patient_follow_from_cure_and_frailty() -> None:
    never = [(1 - scalar("RETA01")) ** z for z in vector("RETA04")]
    mean = sum(share / n for share, n in zip(vector("RETA05"), never, strict=True))
    assert mean == pytest.approx(scalar("RETA10"), abs=5e-4)
    assert 1 - 1 / mean == pytest.approx(scalar("RETA13"), abs=5e-3)


def test_the_bed_pool_is_stable_and_boards_as_stated() -> None:
    beds, offered = int(scalar("BOAA10")), scalar("BOAA14") * scalar("BOAA11") / 24
    blocked = 1.0
    for i in range(1, beds + 1):
        blocked = offered * blocked / (i + offered * blocked)
    delayed = blocked / (1 - offered / beds * (1 - blocked))
    assert offered < beds
    assert delayed == pytest.approx(vector("BOAA15")[0], abs=5e-3)
    assert scalar("BOAA11") / (beds - offered) == pytest.approx(vector("BOAA15")[1], abs=0.05)
    assert scalar("BOAA12") + scalar("BOAA13") == pytest.approx(scalar("BOAA14"), abs=1e-9)


def test_escalation_arithmetic_gives_the_published_restraint_share_within_twenty_percent() -> None:
    per_visit = vector("LOAA14")[0] / scalar("ESCA01")
    assert per_visit == pytest.approx(scalar("ESCA06"), abs=5e-5)
    assert per_visit * scalar("ESCA05") == pytest.approx(scalar("ESCA07"), abs=5e-5)
    assert scalar("ESCA07") == pytest.approx(scalar("LOS17"), rel=0.2)


def test_derived_rows_of_the_mental_health_stream_follow_from_admission() -> None:
    home = 1 - scalar("LOSA02")
    assert scalar("BOAA13") == pytest.approx(scalar("ARRA12") * scalar("LOSA02"), abs=5e-3)
    mix = [count / sum(vector("ARRA15")) for count in vector("ARRA15")]
    medical = fsum(share * admitted for share, admitted in zip(mix, vector("LOSA01"), strict=True))
    share = scalar("ARR13")
    everyone = (1 - share) * medical + share * scalar("LOSA02")
    assert vector("LOSA03") == pytest.approx([medical, everyone], abs=5e-4)
    intake, clearance, teaching, other = vector("LOAA04")[2:]
    assert teaching == pytest.approx(home * scalar("TIMA58"), abs=0.05)
    assert other == pytest.approx(scalar("LOSA02") * scalar("TIMA29"), abs=0.05)
    assert intake + clearance + teaching + other == pytest.approx(vector("LOAA04")[1], abs=0.05)
    boarding_hours = scalar("BOAA05") * scalar("BOAA06") / 60 + (1 - scalar("BOAA05")) * scalar("BOAA08") / 60
    boarded = [vector("LOSA03")[0] * scalar("ARRA11") * scalar("BOAA01") / 60, scalar("BOAA13") * boarding_hours]
    minutes = [scalar("BOAA03"), scalar("BOAA04")]
    hours = [each * nurse / 60 for each, nurse in zip(boarded, minutes, strict=True)]
    assert [vector("LOAA03")[1], vector("LOAA03")[3]] == pytest.approx(hours, abs=0.05)


def test_the_physicians_load_follows_from_charting() -> None:
    visits = (scalar("ARRA11"), scalar("ARRA12"))
    direct = fsum(n * minutes for n, minutes in zip(visits, vector("TIMA59"), strict=True)) / 60
    with_charting = direct * (1 + scalar("TIMA25"))
    assert vector("LOAA01") == pytest.approx([direct, with_charting, with_charting * 0.978], abs=0.05)
    assert vector("LOAA02")[0] == pytest.approx(vector("LOAA01")[2] / vector("ROSA16")[0], abs=5e-3)


def test_the_charting_share_is_what_the_published_share_of_patient_care_leaves() -> None:
    assert scalar("TIMA25") == pytest.approx(1 / scalar("TIM22") - 1, abs=5e-4)


@pytest.mark.parametrize("name", ["PATA03", "PATA06"])
def test_patience_may_wander_from_six_tenths_to_sixteen_tenths_of_its_first_guess(name: str) -> None:
    first_guess = (1500, 1000, 500, 400)
    low, high = (float(BY_ID[name][end][1:]) for end in ("low", "high"))
    for value, guessed in zip(vector(name), first_guess, strict=True):
        assert low * value >= 0.595 * guessed
        assert high * value <= 1.605 * guessed


def test_age_groups_meet_without_gap() -> None:
    first, last = vector("ARRA19"), vector("ARRA20")
    assert [a + 1 for a in last[:-1]] == first[1:]


def test_caseload_weights_are_whole_twelfths_of_a_nurse() -> None:
    assert [12 / patients for patients in vector("ZONA05")] == vector("ZONA06")
    assert [weight for weight in vector("ZONA06") if not weight.is_integer()] == []


def test_week_0_begins_on_a_monday() -> None:
    assert date.fromisoformat(BY_ID["ARRA31"]["value"]).weekday() == 0


@pytest.mark.parametrize("name", ["EFFA01", "EFFA06", "EFFA07", "EFFA08", "EFFA09", "EFFA10", "EFFA11"])
def test_the_base_case_assumes_no_peer_effect(name: str) -> None:
    assert scalar(name) == 1.0


# --- the face-validity table


def test_face_validity_has_every_row_and_every_key_once() -> None:
    assert {int(row["row"].rstrip("abcdefg")) for row in FACE} == set(range(1, 26))
    assert len({row["row"] for row in FACE}) == len({row["key"] for row in FACE}) == len(FACE) == 40
    assert [row["key"] for row in FACE if not re.fullmatch(r"[a-z][a-z0-9_]+", row["key"])] == []


def test_face_validity_ranges_are_numbers_in_order() -> None:
    assert [row["row"] for row in FACE if not float(row["accept_low"]) < float(row["accept_high"])] == []


def test_face_validity_rows_name_existing_ids_or_the_evidence_page_or_are_a_judgement() -> None:
    for row in FACE:
        named = row["source_ids"].split()
        assert named or row["basis"] == "judgement", row["row"]
        assert [name for name in named if name != "evidence" and name not in BY_ID] == [], row["row"]


def test_a_published_value_is_a_number_and_only_a_judgement_can_do_without() -> None:
    for row in FACE:
        assert not row["published"] or number(row["published"]) is not None, row["row"]
        assert row["published"] or row["published_range"] or row["basis"] == "judgement", row["row"]


def test_a_range_is_what_its_basis_says_it_is() -> None:
    """Twenty percent and points are worked out again; a source's own interval is that of the register."""
    for row in FACE:
        low, high = float(row["accept_low"]), float(row["accept_high"])
        points = re.fullmatch(r"± (\d) points?", row["basis"])
        if row["basis"] == "± 20 %":
            expected = [0.8 * float(row["published"]), 1.2 * float(row["published"])]
        elif points:
            expected = [float(row["published"]) + sign * int(points[1]) / 100 for sign in (-1, 1)]
        elif row["basis"] == "source" and row["source_ids"] in BY_ID:
            register = BY_ID[row["source_ids"]]
            expected = [float(register["low"]), float(register["high"])]
        else:
            assert row["basis"] == "judgement" or row["published_range"], row["row"]
            continue
        assert [low, high] == pytest.approx(expected), row["row"]


def test_a_row_with_one_source_publishes_the_value_of_the_register() -> None:
    """Except where the row takes another figure of the same source: quartiles, a share over 24 h, patients an hour."""
    other_figure = {"4b", "4c", "14", "15b", "23"}
    for row in FACE:
        named = row["source_ids"].split()
        if row["published"] and len(named) == 1 and row["row"] not in other_figure:
            assert float(row["published"]) == scalar(named[0]), row["row"]
