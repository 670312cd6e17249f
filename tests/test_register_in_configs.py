"""Every number in the shipped configs stands in the assumption register, and says the same there."""

import re
from collections import Counter
from math import log
from pathlib import Path

import pytest

from sim.analysis.assumptions import CLOCK, Number, assumptions_in_use, comments_of, ids_in, numbers_in
from sim.config import compose, shipped_configs
from sim.config.chosen_files import composed_files
from sim.config.files import choices_of
from sim.config.key_paths import locate
from sim.config.overrides import drafted
from sim.department.scenario import ScenarioError
from sim.io.plain_data import KeyPath, value_at
from sim.register.drawn_scenarios import has_value_of
from sim.register.rows import Assumption, KeyOf, assumed_numbers, read_keys, read_register

REGISTER = read_register()
FILES = sorted(shipped_configs().rglob("*.yaml"))
NUMBERS = [number for file in FILES for number in numbers_in(file)]
NAMES = [f"{file.parent.name}/{file.name}" for file in FILES]


def has_source(number: Number) -> bool:
    return number.structural or bool(number.ids)


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_every_number_names_its_row_of_the_register(file: Path) -> None:
    bare = [f"{n.line}: {n.key} = {n.text}" for n in numbers_in(file) if not has_source(n)]
    assert bare == []


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_every_id_in_a_comment_is_in_the_register(file: Path) -> None:
    named = {name for comment in comments_of(file.read_text(encoding="utf-8")).values() for name in ids_in(comment)}
    assert sorted(named - set(REGISTER)) == []


def test_a_number_alone_on_its_line_equals_its_row() -> None:
    per_line = Counter((number.file, number.line) for number in NUMBERS)
    stated = [number for number in NUMBERS if not (number.file.parent.name == "experiment" and "vary" in number.key)]
    alone = [number for number in stated if per_line[number.file, number.line] == 1 and not number.structural]
    checked = 0
    for number in alone:
        rows = [REGISTER[name] for name in number.own_ids if name in REGISTER]
        values = assumed_numbers(rows[0]) if len(rows) == 1 and not CLOCK.fullmatch(number.text) else None
        if values is not None and len(values) == 1:
            checked += 1
            assert float(number.text) == values[0], f"{number.file.name}:{number.line} {number.key}"
    assert checked >= 90


def minutes_of(value: object) -> object:
    if isinstance(value, str) and CLOCK.fullmatch(value):
        return float(value[:2]) * 60 + float(value[3:])
    return value


BASES = (
    ("staffing=peer_added", "boarding=pool"),
    ("staffing=nurse_practitioner_added",),
    *((f"effects={name}",) for name in choices_of("effects", (shipped_configs(),))),
)


@pytest.fixture(scope="module")
def holders() -> list[Counter[KeyOf]]:
    """By base the keys whose value there is that of their row."""
    found = []
    for words in BASES:
        base = composed_files(drafted(list(words), None))
        places = {item: locate(base, item.key) for item in read_keys()}
        held = [
            item
            for item, place in places.items()
            if not isinstance(place, str)
            and has_value_of(plain_value(base, place), item, assumed_numbers(REGISTER[item.id]) or ())
        ]
        found.append(Counter(held))
    return found


def plain_value(base: object, place: KeyPath) -> object:
    """Times of day as minutes."""
    try:
        return minutes_of(value_at(base, place))
    except KeyError:
        return None


def test_every_mapped_key_holds_the_value_of_its_row(holders: list[Counter[KeyOf]]) -> None:
    """In the composed files of one of the bases: peers added and the bed pool, another roster, sets of effects."""
    lacking = [item for item in read_keys() if not any(held[item] for held in holders)]
    assert lacking == []
    assert len({item.key for item in read_keys()}) >= 60


def test_no_key_has_the_value_of_two_rows_in_one_department(holders: list[Counter[KeyOf]]) -> None:
    for held in holders:
        places = Counter((item.key, item.entry) for item in held)
        assert [place for place, times in places.items() if times > 1] == []


def stands_in(number: Number, rows: tuple[str, ...]) -> bool:
    """Whether one of the values of these rows is the number: as it is, hours as minutes, percent as a share."""
    values = [value for name in rows for value in assumed_numbers(REGISTER[name]) or ()]
    value = float(str(minutes_of(number.text)))
    return any(value == pytest.approx(own * scale, abs=1e-9) for own in values for scale in (1, 60, 0.01))


def test_a_number_beside_others_on_its_line_is_a_value_of_a_row_the_line_names() -> None:
    """Parts of vectors, lengths and times of day too; that each stands in its own place is for the other tests."""
    looked_at_elsewhere = {
        ("demand", "nhamcs"): "made from the visits beside it: test_calibration",
        ("demand", "acuity_mix.medical"): "counts, normalised: the test of derived numbers",
        ("staffing", "heads"): "the test of rostered hours",
        ("staffing", "security"): "the test of rostered hours",
        ("department", "calendar_start"): "a date: test_register",
        ("visits", "first_code"): "a code of the file",
        ("experiment", ""): "numbers that are varied: the next test",
    }

    def elsewhere(number: Number) -> bool:
        words = f"{number.file.stem}.{number.key}"
        return any(group == number.file.parent.name and word in words for group, word in looked_at_elsewhere)

    looked_at = [n for n in NUMBERS if n.own_ids and not n.structural and not elsewhere(n)]
    wrong = [f"{n.file.name}:{n.line} {n.key} = {n.text}" for n in looked_at if not stands_in(n, n.own_ids)]
    assert wrong == []
    assert len(looked_at) > 550


def test_a_line_that_is_structural_in_part_keeps_its_other_numbers_to_the_rows_it_names() -> None:
    """`structural` on a line excuses 0, 1 and triage levels; any other number is that of a row it names."""
    in_part = [n for n in NUMBERS if n.structural and n.own_ids and ".acuities." not in n.key]
    others = [n for n in in_part if float(str(minutes_of(n.text))) not in (0, 1)]
    assert [f"{n.file.name}:{n.line} {n.key} = {n.text}" for n in others if not stands_in(n, n.own_ids)] == []
    assert {n.text for n in others} == {"0.3", "0.5", "0.7"}


def test_what_an_experiment_varies_stays_within_the_range_of_its_row() -> None:
    varied = [n for n in NUMBERS if n.file.parent.name == "experiment" and n.own_ids and not n.structural]

    def inside(number: Number) -> bool:
        (row,) = (REGISTER[name] for name in number.own_ids)
        ends = [float(end) for text in (row.low, row.high) for end in text.split("/")]
        return min(ends) <= float(number.text) <= max(ends)

    assert [f"{n.file.name}:{n.line} {n.key} = {n.text}" for n in varied if not inside(n)] == []
    assert len(varied) > 20


def of(name: str) -> float:
    (value,) = assumed_numbers(REGISTER[name]) or ()
    return value


def test_derived_numbers_follow_from_the_rows_they_name() -> None:
    """All of them: a number whose line says `derived` has a line here."""
    counts = assumed_numbers(REGISTER["ARRA15"]) or ()
    spread = log(float(REGISTER["PEF16"].high) / float(REGISTER["PEF16"].low)) / (2 * 1.96)
    follows = {
        "visits_per_patient.medical": 1 / (1 - of("RETA06")),
        "triage_nurse.breaks.0.minutes": of("ROSA18") * of("ROSA15") / 8,
        "observation_aide.breaks.0.minutes": of("ROSA18") * of("ROSA15") / 8,
        "streams.mental_health.changed_steps.call_back.minutes.mean": of("SUPA11") / of("SUPA21"),
        "prior.log_sd": round(spread, 2),
        **{f"acuity_mix.medical.{place}": count / sum(counts) for place, count in enumerate(counts)},
    }
    found = {n.key: float(n.text) for n in NUMBERS if n.file.stem != "nhamcs" and n.key in follows}
    assert found == pytest.approx(follows, abs=1e-7)
    assert {n.key for n in NUMBERS if not n.own_ids and not n.structural} <= set(follows)


def test_rostered_hours_are_those_of_the_register() -> None:
    """Heads, days and lengths of every shift of every shipped staffing at once, by role and week."""
    names = ",".join(file.stem for file in FILES if file.parent.name == "staffing")
    staffings = compose(["study=compare", f"study.staffing=[{names}]"]).scenarios
    hours = {
        name: {role: one.hours_per_week() for role, one in each.staffing.roles.items()}
        for name, each in staffings.items()
    }
    roles = ("physician", "nurse", "triage_nurse", "crisis_clinician", "psychiatrist", "observation_aide", "security")
    usual = {role: 7 * a_day for role, a_day in zip(roles, assumed_numbers(REGISTER["ROSA16"]) or (), strict=False)}
    added = assumed_numbers(REGISTER["ROSA54"]) or ()
    peers = {"peer_added": added[0], "peer_evening": added[1], "peer_247": added[2], "peer_swapped": added[0]}
    others = {("clinician_added", "crisis_clinician"): added[3], ("nurse_added", "nurse"): added[4]}
    others |= {("peer_swapped", "nurse"): -added[4]}
    for name, rows in (("crisis_generous", "ROSA33"), ("crisis_lean", "ROSA35")):
        heads = sum(assumed_numbers(REGISTER[rows]) or ()) - sum(assumed_numbers(REGISTER["ROSA08"]) or ())
        others[name, "crisis_clinician"] = 7 * heads * of("ROSA14")
    heads = sum(assumed_numbers(REGISTER["ROSA62"]) or ()) - sum(assumed_numbers(REGISTER["ROSA04"]) or ())
    others["nurse_tight", "nurse"] = 7 * heads * of("ROSA15")
    newcomers = ("nurse_practitioner", "mental_health_nurse", "callback_clinician")
    names_of_new = ("nurse_practitioner_added", "mh_nurse_added", "clinician_callback")
    of_new = zip(names_of_new, newcomers, assumed_numbers(REGISTER["ROSA61"]) or (), strict=True)
    new = {name: {role: a_week} for name, role, a_week in of_new}
    wanted = {
        name: {role: a_week + others.get((name, role), 0) for role, a_week in usual.items()}
        | ({"psw": peers[name]} if name in peers else new.get(name, {}))
        for name in hours
    }
    assert len(hours) == 13
    assert hours == wanted


def test_every_row_the_configs_call_their_own_is_mapped_or_explained() -> None:
    """Rows that stand behind a number of the default department can be varied by key, but for these few."""
    not_a_single_key = {
        "ARRA15": "counts, normalised in the file",
        "ARRA31": "a date",
        "PATA05": "a switch, not a number",
        "ROSA43": "days are written by name",
        "ZONA10": "an open zone",
    }
    composed = compose(["study=run", "staffing=peer_added", "boarding=pool"])
    own = {name for file in composed.files for number in numbers_in(file) for name in number.own_ids}
    unmapped = own - {item.id for item in read_keys()} - set(not_a_single_key) - {"STF05"}
    assert sorted(name for name in unmapped if not name.startswith("RUNA")) == []


def test_a_hash_inside_quotes_is_no_comment() -> None:
    text = 'a: "x # ARR01"\nb: 3    # ARR02 # twice\nc: [1,\n  2]  # ARR03\n'
    assert comments_of(text) == {1: "ARR02 # twice", 3: "ARR03"}


def test_ranges_of_ids_are_written_out_and_brackets_are_sources() -> None:
    assert ids_in("TIMA10 (TIM17-19)") == ("TIMA10", "TIM17", "TIM18", "TIM19")
    number = Number(Path("x"), 1, "k", "1", "TIMA10 (TIM17-19)")
    assert number.own_ids == ("TIMA10",)


def test_a_number_without_a_source_is_found(tmp_path: Path) -> None:
    file = tmp_path / "staffing.yaml"
    file.write_text('nurse:\n  heads: 3\n  note: "3 heads, see # STF08"\n  start: "07:30"    # STF08\n')
    found = list(numbers_in(file))
    assert [(n.key, has_source(n)) for n in found] == [("nurse.heads", False), ("nurse.start", True)]


def test_the_rows_in_use_follow_the_choices_and_name_what_was_overridden() -> None:
    plain = compose(["study=run"])
    rows = {row.id: row for row in assumptions_in_use(plain.files, REGISTER)}
    assert "ARR01" in rows
    assert "COSA03" not in rows
    changed = compose(["study=run", "staffing=peer_added", "support.consent=.6"])
    rows = {row.id: row for row in assumptions_in_use(changed.files, REGISTER, changed.overridden)}
    assert "COSA03" in rows
    assert rows["SUPA02"].overridden == ("support.consent",)
    assert [name for name, row in rows.items() if row.overridden] == ["SUPA02"]


def in_use_by(*overrides: str) -> dict[str, Assumption]:
    composed = compose(overrides)
    return {row.id: row for row in assumptions_in_use(composed.files, REGISTER, composed.overridden, composed.chosen)}


def test_a_number_an_heir_replaces_is_not_in_use() -> None:
    assert {"EFFA01", "EFFA08", "EFFA09"} <= set(in_use_by("study=assumptions"))
    rows = in_use_by("study=assumptions", "effects=evidence")
    assert "PEF16" in rows
    assert not {"EFFA01", "EFFA08", "EFFA09", "EFFA10", "EFFA11"} & set(rows)
    assert {"EFFA02", "EFFA06", "EFFA18"} <= set(rows), "what the heir does not name stays"
    rows = in_use_by("study=assumptions", "effects=both")
    assert not {"EFFA01", "EFFA18", "EFFA19"} & set(rows), "over two generations"
    assert {"PEF16", "EFFA13", "EFFA02"} <= set(rows)


def rows_of(folder: Path, chosen: tuple[str, ...]) -> set[str]:
    register = {name: row for name, row in REGISTER.items() if name in ("ROSA01", "ROSA02", "ROSA03")}
    files = [folder / "staffing" / f"{name}.yaml" for name in ("base", "one", "two")]
    return {row.id for row in assumptions_in_use(files, register, (), [files[0]] if "base" in chosen else [])}


def test_a_replaced_number_is_in_use_where_its_file_is_compared_for_itself(tmp_path: Path) -> None:
    (tmp_path / "staffing").mkdir()
    texts = {
        "base": "nurse:\n  breaks: [{minutes: 30}]  # ROSA01\n  hourly_cost: 3  # ROSA02\n",
        "one": "defaults: [base, _self_]\nnurse: {breaks: []}\n",
        "two": "defaults: [base, _self_]\nnurse:\n  breaks: []\n  hourly_cost: 4  # ROSA03\n",
    }
    for name, text in texts.items():
        (tmp_path / "staffing" / f"{name}.yaml").write_text(text)
    assert rows_of(tmp_path, ()) == {"ROSA02", "ROSA03"}, "the list of breaks is gone, the cost is kept by one heir"
    assert rows_of(tmp_path, ("base",)) == {"ROSA01", "ROSA02", "ROSA03"}


def test_an_id_the_register_does_not_hold_is_named_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("nurse:\n  heads: 3  # XYZ99\n")
    with pytest.raises(ScenarioError, match=r"ours\.yaml line 2 = XYZ99"):
        assumptions_in_use([file], REGISTER)


def test_every_row_has_a_grade_and_a_unit() -> None:
    assert {row.grade for row in REGISTER.values()} <= {"A", "B", "C"}
    assert all(row.unit for row in REGISTER.values() if row.value and re.fullmatch(r"[\d.]+", row.value))
