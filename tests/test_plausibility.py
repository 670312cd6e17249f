"""The plausibility gate refuses files that would mislead, and lets pass those that only look odd."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.config.files import shipped_configs
from sim.io.strict_yaml import read_yaml
from sim.visits.column_map import ColumnMap
from sim.visits.column_names import names_a_site
from sim.visits.data_quality import FindingLevel
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import inspect_visits, read_visits

FIXTURES = Path(__file__).parent / "fixtures"
ACUITY = {"column": "acuity", "recode": {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}}
RULES = ("repeated_visits", "present_twice", "several_sites", "other_unit", "departure_at_arrival", "empty_hours",
         "empty_days", "masked_days")  # fmt: skip


def visits(n: int = 1200, days: int = 60, seed: int = 1) -> pd.DataFrame:
    """A sound file: arrivals at random with a quiet night, a patient, a wait and a stay."""
    rng = np.random.default_rng(seed)
    by_hour = np.where(np.arange(24) < 7, 0.3, 1.3)
    hour = rng.choice(24, size=n, p=by_hour / by_hour.sum())
    minutes = np.sort(rng.integers(0, days, n) * 1440 + hour * 60 + rng.integers(0, 60, n))
    arrival = pd.Timestamp("2023-03-01") + pd.to_timedelta(minutes, unit="min")
    wait, stay = rng.integers(5, 90, n), rng.integers(100, 400, n)
    return pd.DataFrame(
        {
            "number": np.arange(n),
            "who": [f"p{each}" for each in rng.permutation(n)],
            "arrival": arrival,
            "departure": arrival + pd.to_timedelta(stay, unit="min"),
            "wait": wait,
            "stay": stay,
            "acuity": rng.integers(1, 6, n),
            "age": rng.integers(0, 17, n),
            "ended": rng.choice(["discharge", "admission", "lwbs"], size=n, p=[0.8, 0.12, 0.08]),
        }
    )


def column_map(**keys: object) -> ColumnMap:
    return ColumnMap.model_validate({"arrival": {"kind": "timestamp", "column": "arrival"}, **keys})


def broken_rules(folder: Path, frame: pd.DataFrame, **keys: object) -> dict[str, str]:
    """Rules that the file breaks, with the line of each."""
    return rules_of(folder, frame, column_map(**keys))


def rules_of(folder: Path, frame: pd.DataFrame, mapped: ColumnMap) -> dict[str, str]:
    frame.to_csv(folder / "visits.csv", index=False)
    found = inspect_visits(folder / "visits.csv", mapped).quality.findings
    errors = [each for each in found if each.level is FindingLevel.ERROR]
    return {each.kind.partition(":")[0]: each.line() for each in errors}


ALL = {"patient": "who", "departure_time": "departure", "wait_minutes": "wait", "acuity": ACUITY, "age": "age",
       "disposition": "ended"}  # fmt: skip


@pytest.mark.parametrize("n", [120, 1200, 12_000])
def test_a_sound_file_of_any_size_breaks_no_rule(tmp_path: Path, n: int) -> None:
    assert broken_rules(tmp_path, visits(n), **ALL) == {}


@pytest.mark.parametrize("name", ["malmo_march.csv.gz malmo", "bupar_patients.csv bupar", "ktas.csv.gz ktas"])
def test_shipped_maps_break_no_rule_on_their_files(name: str) -> None:
    file, mapped = name.split()
    data = read_yaml(shipped_configs() / "visits" / f"{mapped}.yaml")
    found = inspect_visits(FIXTURES / file, ColumnMap.model_validate(data)).quality.findings
    assert not [each for each in found if each.kind.startswith(RULES)]


# --- rows ---


def test_a_row_a_diagnosis_is_refused_with_and_without_other_columns(tmp_path: Path) -> None:
    frame = pd.concat([visits(), visits()], ignore_index=True)
    alone = broken_rules(tmp_path, frame)
    assert "50 % of the rows repeat another" in alone["repeated_visits"]
    assert "`visit: COLUMN`, or `waive: [repeated_visits]`" in alone["repeated_visits"]
    assert broken_rules(tmp_path, frame, **ALL).keys() == {"repeated_visits", "present_twice"}


def test_a_busy_department_of_words_and_whole_minutes_repeats_rows_by_chance(tmp_path: Path) -> None:
    """400 a day on 1,440 minutes: one in nine shares its minute with another, and one in five of those its acuity."""
    assert broken_rules(tmp_path, visits(24_000)) == {}
    assert broken_rules(tmp_path, visits(24_000), acuity=ACUITY) == {}
    assert "repeated_visits" in broken_rules(tmp_path, pd.concat([visits(24_000)] * 2), acuity=ACUITY)


def test_hours_alone_share_their_instants_and_are_not_taken_for_copies(tmp_path: Path) -> None:
    frame = visits(6_000)
    assert broken_rules(tmp_path, frame.assign(arrival=frame["arrival"].dt.floor("h"))) == {}


def test_one_patient_in_two_visits_at_once_is_refused_and_never_named(tmp_path: Path) -> None:
    frame = visits()
    frame["who"] = [f"secret{number // 2 if number < 100 else number}" for number in range(len(frame))]
    frame["departure"] = frame["arrival"] + pd.Timedelta(days=2)
    line = broken_rules(tmp_path, frame, patient="who", departure_time="departure")["present_twice"]
    assert "50 rows (2, 4, 6, 8, 10, ...)" in line
    assert "4.2 % of the visits begin while the same patient is in another" in line
    assert "secret" not in line
    assert "present_twice" not in broken_rules(tmp_path, frame, patient="who")


def test_a_placeholder_among_the_patients_is_told_apart_and_can_be_made_a_code(tmp_path: Path) -> None:
    frame = visits(20_000)
    frame.loc[::150, "who"] = "UNKNOWN"
    found = broken_rules(tmp_path, frame, patient="who")
    assert "1 of its values stands for nobody" in found["present_twice"]
    assert "`missing_codes`" in found["present_twice"]
    assert "UNKNOWN" not in found["present_twice"]
    assert broken_rules(tmp_path, frame, patient="who", missing_codes=["UNKNOWN"]) == {}


def test_frequent_attenders_and_a_few_slips_are_no_placeholder(tmp_path: Path) -> None:
    frame = visits(3_000, days=600)
    frame.loc[::15, "who"] = "often"
    assert broken_rules(tmp_path, frame, patient="who", departure_time="departure") == {}


# --- sites ---


@pytest.mark.parametrize("name", ["site", "Hospital ID", "HOSPCODE", "ed_code", "TrustCode", "provider_code", "EDCode"])
def test_names_of_hospitals_are_known(name: str) -> None:
    assert names_a_site(name)


@pytest.mark.parametrize("name", ["body_site", "referring_hospital", "discharge_facility", "ed", "hospitalised"])
def test_names_that_only_hold_such_a_word_are_not_taken_for_one(name: str) -> None:
    assert not names_a_site(name)


def test_several_hospitals_are_refused_by_site_by_cluster_and_by_the_name_of_a_column(tmp_path: Path) -> None:
    frame = visits().assign(hospital=np.arange(1200) % 3)
    for keys in ({"site": "hospital"}, {"cluster": ["hospital"]}, {}):
        line = broken_rules(tmp_path, frame, **keys)["several_sites"]
        assert "column 'hospital'" in line
        assert "only: {hospital: VALUE}" in line
        assert broken_rules(tmp_path, frame, **keys, waive=["several_sites"]) == {}
    assert broken_rules(tmp_path, frame, site="hospital", only={"hospital": ["0", "1"]}) == {}


def test_years_shifts_physicians_and_answers_are_no_hospitals(tmp_path: Path) -> None:
    frame = visits(6_000, days=300)
    hour, day = frame["arrival"].dt.hour, frame["arrival"].dt.day_of_year
    months = frame.assign(hospital=frame["arrival"].dt.month)
    shifts = frame.assign(hospital=hour // 8)
    physicians = frame.assign(provider=(day * 7919 % 6) * 2 + np.arange(6_000) % 2)
    answers = frame.assign(hospital=np.where(np.arange(6_000) % 2, "yes", "no"))
    for each in (months, shifts, physicians, answers):
        assert broken_rules(tmp_path, each) == {}
    assert broken_rules(tmp_path, months, cluster=["hospital"]) == {}
    assert broken_rules(tmp_path, shifts, cluster=["hospital"]) == {}


# --- units ---


def test_minutes_that_are_hours_or_seconds_are_refused_with_the_unit(tmp_path: Path) -> None:
    frame = visits()
    hours = frame.assign(stay=frame["stay"] / 60, wait=frame["wait"] / 60)
    line = broken_rules(tmp_path, hours, stay_minutes="stay", wait_minutes="wait")["other_unit"]
    assert "it seems to be of hours; say so with `wait_minutes: {column: wait, unit: hours}`" in line
    line = broken_rules(tmp_path, hours, stay_minutes="stay")["other_unit"]
    assert "`stay_minutes: {column: stay, unit: hours}`" in line
    seconds = frame.assign(stay=frame["stay"] * 60)
    assert "unit: seconds" in broken_rules(tmp_path, seconds, stay_minutes="stay")["other_unit"]
    assert broken_rules(tmp_path, frame, stay_minutes="stay", wait_minutes="wait") == {}


def test_a_unit_is_proven_by_the_times_even_where_the_map_names_another(tmp_path: Path) -> None:
    frame = visits()
    keys = {"departure_time": "departure", "stay_minutes": {"column": "stay", "unit": "hours"}}
    line = broken_rules(tmp_path, frame, **keys, longest_stay_days=99)["other_unit"]
    assert "stay_minutes are 60 times the minutes between the times given: they are of seconds" in line
    right = frame.assign(stay=frame["stay"] / 60)
    assert broken_rules(tmp_path, right, **keys) == {}
    assert (
        "they are of hours"
        in broken_rules(tmp_path, right, departure_time="departure", stay_minutes="stay")["other_unit"]
    )


def test_a_department_of_short_waits_in_whole_minutes_keeps_them(tmp_path: Path) -> None:
    frame = visits().assign(wait=np.arange(1200) % 4)
    assert broken_rules(tmp_path, frame, wait_minutes="wait", stay_minutes="stay") == {}


def test_ages_in_months_are_refused_and_those_of_adults_or_a_code_for_unknown_are_not(tmp_path: Path) -> None:
    frame = visits()
    months = frame.assign(age=np.arange(1200) % 210)
    assert "`age: {column: age, unit: months}`" in broken_rules(tmp_path, months, age="age")["other_unit"]
    assert broken_rules(tmp_path, frame.assign(age=np.arange(1200) % 100), age="age") == {}
    coded = frame.assign(age=np.where(np.arange(1200) % 9 == 0, 999, 40))
    assert broken_rules(tmp_path, coded, age="age") == {}


# --- leavers ---


def test_leavers_whose_departure_is_their_arrival_are_refused_unless_the_map_says_what_it_is(tmp_path: Path) -> None:
    frame = visits()
    left = frame["ended"] == "lwbs"
    frame.loc[left, "departure"] = frame.loc[left, "arrival"]
    keys = {"departure_time": "departure", "disposition": "ended"}
    line = broken_rules(tmp_path, frame, **keys)["departure_at_arrival"]
    assert "100 % of those who left unseen have a stay of 0" in line
    assert "`zero_stay: missing`, or `zero_stay: kept`" in line
    assert broken_rules(tmp_path, frame, **keys, zero_stay="kept") == {}
    frame.loc[left, "departure"] = frame.loc[left, "arrival"] + pd.Timedelta(minutes=1)
    assert "within 2 minutes" in broken_rules(tmp_path, frame, **keys)["departure_at_arrival"]


def test_a_few_leavers_at_once_are_true(tmp_path: Path) -> None:
    frame = visits()
    few = frame.index[frame["ended"] == "lwbs"][:5]
    frame.loc[few, "departure"] = frame.loc[few, "arrival"]
    assert broken_rules(tmp_path, frame, departure_time="departure", disposition="ended") == {}


# --- hours and days ---


def test_empty_hours_are_refused_with_what_is_likely(tmp_path: Path) -> None:
    frame = visits()
    time = frame["arrival"]
    twelve = frame.assign(arrival=time.dt.strftime("%Y-%m-%d %I:%M"))
    assert "12-hour clock" in broken_rules(tmp_path, twelve)["empty_hours"]
    assert "dates without a time" in broken_rules(tmp_path, frame.assign(arrival=time.dt.date))["empty_hours"]
    parts = frame.assign(day=time.dt.date, hour=time.dt.hour)
    as_time = ColumnMap.model_validate({"arrival": {"kind": "parts", "date": "day", "time": "hour"}})
    (only,) = rules_of(tmp_path, parts, as_time).values()
    assert "write `hour: hour` in place of `time`" in only
    as_hour = ColumnMap.model_validate({"arrival": {"kind": "parts", "date": "day", "hour": "hour"}})
    assert rules_of(tmp_path, parts, as_hour) == {}


def test_a_clinic_that_closes_at_night_says_so_by_a_waiver(tmp_path: Path) -> None:
    frame = visits(1200)
    frame = frame[frame["arrival"].dt.hour.between(8, 19)]
    assert "a department that closes" in broken_rules(tmp_path, frame)["empty_hours"]
    assert broken_rules(tmp_path, frame, waive=["empty_hours"]) == {}
    frame.to_csv(tmp_path / "visits.csv", index=False)
    waived = read_visits(tmp_path / "visits.csv", column_map(waive=["empty_hours"])).quality.findings
    assert [each.level for each in waived if each.kind.startswith("empty_hours")] == [FindingLevel.NOTE]


def test_days_that_chance_does_not_leave_are_refused_with_their_dates_until_excluded(tmp_path: Path) -> None:
    frame = visits()
    date = frame["arrival"].dt.strftime("%m-%d")
    frame = frame[~date.between("03-20", "03-26") & (date != "04-02")]
    line = broken_rules(tmp_path, frame)["empty_days"]
    assert "7 days without a visit" in line
    assert "`exclude: [2023-03-20..2023-03-26]`" in line
    assert broken_rules(tmp_path, frame, exclude=["2023-03-20..2023-03-26"]) == {}
    assert broken_rules(tmp_path, frame, waive=["empty_days"]) == {}


def test_days_that_few_visits_leave_are_not_refused(tmp_path: Path) -> None:
    assert broken_rules(tmp_path, visits(120, days=300)) == {}


def test_shifted_calendars_have_no_empty_days(tmp_path: Path) -> None:
    frame = visits()
    frame["arrival"] += pd.to_timedelta((np.arange(1200) % 40) * 365, unit="D")
    assert broken_rules(tmp_path, frame, calendar="shifted") == {}


def test_days_emptied_by_our_own_masking_are_refused_however_much_is_tolerated(tmp_path: Path) -> None:
    frame = visits(1100, days=366)
    time = frame["arrival"]
    texts = np.where(time.dt.day > 12, time.dt.strftime("%d-%m-%Y %H:%M"), time.dt.strftime("%m/%d/%Y %H:%M"))
    frame = frame.assign(arrival=texts)
    line = broken_rules(tmp_path, frame, time_format="%d-%m-%Y %H:%M", tolerated_share=0.5)["masked_days"]
    assert "`tolerated_share` does not mend it" in line
    both = ["%d-%m-%Y %H:%M", "%m/%d/%Y %H:%M"]
    assert broken_rules(tmp_path, frame, time_format=both) == {}


def test_where_masking_made_days_empty_the_tolerated_share_is_not_offered(tmp_path: Path) -> None:
    frame = visits(1100, days=366)
    time = frame["arrival"]
    texts = np.where(time.dt.day > 12, time.dt.strftime("%d-%m-%Y %H:%M"), "?")
    frame.assign(arrival=texts).to_csv(tmp_path / "visits.csv", index=False)
    with pytest.raises(VisitsFileError) as raised:
        read_visits(tmp_path / "visits.csv", column_map(time_format="%d-%m-%Y %H:%M"))
    assert "raise `tolerated_share`" not in str(raised.value)


def test_an_outage_beside_one_mistyped_time_is_an_outage(tmp_path: Path) -> None:
    frame = visits()
    frame = frame[~frame["arrival"].dt.strftime("%m-%d").between("03-20", "03-29")].astype({"arrival": str})
    frame.loc[frame.index[0], "arrival"] = "noon"
    assert broken_rules(tmp_path, frame).keys() == {"empty_days"}


def test_a_second_pattern_on_every_other_row_is_not_lost_in_the_volume(tmp_path: Path) -> None:
    """No day is left empty, and each has half of its visits."""
    frame = visits(3000, days=60)
    time, odd = frame["arrival"], np.arange(3000) % 2 == 1
    texts = np.where(odd, time.dt.strftime("%d.%m.%Y %H:%M"), time.dt.strftime("%Y/%m/%d %H:%M"))
    frame = frame.assign(arrival=texts)
    line = broken_rules(tmp_path, frame, time_format="%d.%m.%Y %H:%M", tolerated_share=0.6)["masked_days"]
    assert "each day is short of them" in line
    assert broken_rules(tmp_path, frame, time_format=["%d.%m.%Y %H:%M", "%Y/%m/%d %H:%M"]) == {}
