"""What keeps a calibration on a large file within its memory: parts are not copied, fewer weeks are played."""

import numpy as np
import pandas as pd
import pytest

from sim.calibration.calibrate import weeks_played
from sim.calibration.estimators.shares import WHEN, with_weekday_and_time
from sim.calibration.estimators.streams import stream_parts
from sim.calibration.holdout import rows_of
from sim.io.freed_memory import give_freed_arrays_back


def visits(streams: list[str | None]) -> pd.DataFrame:
    n = len(streams)
    return pd.DataFrame(
        {"stream": pd.Series(streams, dtype=object), "weekday": 0.0, "minute_of_day": 5.0, "age": np.arange(n)}
    )


def test_a_file_of_one_stream_is_its_own_part() -> None:
    frame = visits(["medical"] * 3)
    parts = stream_parts(frame)
    assert parts.by_stream["medical"] is frame
    assert parts.named is frame
    assert (parts.only, parts.n_unnamed, list(parts.by_stream)) == ("medical", 0, ["medical"])


def test_parts_are_the_visits_of_each_stream_and_the_unnamed_are_counted() -> None:
    parts = stream_parts(visits(["medical", "mental_health", None, "medical"]))
    assert {stream: part["age"].tolist() for stream, part in parts.by_stream.items()} == {
        "medical": [0, 3], "mental_health": [1],
    }  # fmt: skip
    assert (parts.n_unnamed, parts.named["age"].tolist(), parts.is_pooled) == (1, [0, 1, 3], False)
    pooled = stream_parts(visits([None, None]))
    assert (pooled.is_pooled, pooled.n_unnamed, len(pooled.named)) == (True, 0, 2)


def test_rows_that_follow_each_other_are_split_off_without_a_copy() -> None:
    frame = visits(["medical"] * 6)
    part = rows_of(frame, frame["age"] >= 3)
    assert part["age"].tolist() == [3, 4, 5]
    assert np.shares_memory(part["age"].to_numpy(), frame["age"].to_numpy())
    assert rows_of(frame, frame["age"] % 2 == 0)["age"].tolist() == [0, 2, 4]
    assert rows_of(frame, frame["age"] > 9).empty


def test_only_what_tells_when_somebody_came_is_taken_into_estimates_of_arrivals() -> None:
    assert set(with_weekday_and_time(visits(["medical"]))) <= set(WHEN)


@pytest.mark.parametrize(("per_year", "weeks"), [(75_000, 26), (250_000, 8), (5_000_000, 4), (100, 26), (None, 26)])
def test_a_busy_department_is_played_for_fewer_weeks(per_year: float | None, weeks: int) -> None:
    assert weeks_played(per_year) == weeks


def test_arrays_are_given_back_on_any_system() -> None:
    give_freed_arrays_back()
    assert np.ones(1 << 20).sum() == 1 << 20
