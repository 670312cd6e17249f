"""What a roster cannot meet cannot matter: scenarios that differ in nothing else play to the same bits, once."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.config import compose, compose_sweep
from sim.department.scenario import Scenario
from sim.department.support import ClinicianEffects, Effects, RoleEffects, Support, YouthPeer
from sim.department.what_matters import peers_on_roster, that_matters
from sim.engine.measures.measuring import measure
from sim.engine.trajectory import differences
from sim.runs.engines import Engine
from sim.runs.tables_on_disk import read_table
from tests.worlds import random_scenario

SMALL = ("study.weeks=1", "study.warm_up_weeks=0", "study.replications=2")
WORLDS = range(24)


def changed_at_random(scenario: Scenario, seed: int) -> Scenario:
    """The scenario with every key of peer support that only a meeting can use, and all effects, drawn anew."""
    rng = np.random.default_rng(seed)
    share, factor = (lambda: float(rng.uniform())), (lambda: float(rng.uniform(0.3, 3.0)))
    support = scenario.support.model_copy(
        update={
            "trigger": str(rng.choice(["at_arrival", "after_triage", "when_roomed"])),
            "stays_with_clinician_share": share(), "caseload": int(rng.integers(0, 5)),
            "wish_minutes": 100.0 * factor(), "again_hours": factor(), "bridging_minutes": 10.0 * factor(),
            "call_minutes": 10.0 * factor(), "call_reached_share": share(), "huddle_share": share(),
            "huddle_minutes": factor(), "huddle_roles": tuple(list(scenario.staffing.roles)[:1]),
        }
    )  # fmt: skip
    effects = Effects(
        total_return_hr=factor(), linkage_share=share() / 2, bridging_share=share() / 2,
        linkage_on=bool(rng.integers(2)), bridging_on=bool(rng.integers(2)), default_reach=0.1 + 0.9 * share(),
        default_bridged=0.1 + 0.9 * share(), default_linked=0.1 + 0.9 * share(),
        peer=RoleEffects(**{name: factor() for name in RoleEffects.model_fields}),
        clinician=scenario.effects.clinician,
    )  # fmt: skip
    if scenario.effects.clinician.role not in scenario.staffing.enhances:
        clinician = ClinicianEffects(role="nurse", assessment_minutes=factor(), linkage_odds=factor())
        clinician = clinician if "nurse" not in scenario.staffing.enhances else scenario.effects.clinician
        effects = effects.model_copy(update={"clinician": clinician})
    return scenario.model_copy(update={"support": support, "effects": effects})


def without_peers(scenario: Scenario) -> Scenario:
    roles = {name: role for name, role in scenario.staffing.roles.items() if name != scenario.support.role}
    return scenario.model_copy(update={"staffing": scenario.staffing.model_copy(update={"roles": roles})})


@pytest.mark.slow_on_simpy
def test_without_peers_nothing_that_only_a_meeting_uses_changes_a_bit(simulate: Engine) -> None:
    for seed in WORLDS:
        plain = without_peers(random_scenario(seed))
        other = changed_at_random(plain, seed)
        assert other.content_hash() != plain.content_hash()
        assert other.result_key() == plain.result_key(), seed
        runs = [simulate(scenario, seed, 0) for scenario in (plain, other)]
        assert not differences(*runs), seed
        values = [measure(run, scenario) for run, scenario in zip(runs, (plain, other), strict=True)]
        assert repr(values[0]) == repr(values[1]), seed  # nan is nan


def test_how_a_total_of_one_is_split_changes_no_bit_with_peers_either(simulate: Engine) -> None:
    with_peers = [one for seed in WORLDS if peers_on_roster((one := random_scenario(seed)).staffing, one.support)]
    assert len(with_peers) >= 5
    for scenario in with_peers[:8]:
        plain, split = (
            scenario.model_copy(
                update={"effects": scenario.effects.model_copy(update={"total_return_hr": 1.0, **more})}
            )
            for more in ({}, {"linkage_share": 0.1, "bridging_on": False, "default_reach": 0.9})
        )
        assert plain.result_key() == split.result_key()
        assert not differences(simulate(plain, 1, 0), simulate(split, 1, 0))


def test_what_can_matter_makes_another_key() -> None:
    peers, nobody = (compose(["study=run", f"staffing={name}"]).scenario for name in ("peer_added", "traditional"))
    enhanced = nobody.staffing.model_copy(update={"enhances": ("crisis_clinician",)})
    for scenario, changes in (
        (peers, ({"support": Support(caseload=1)}, {"effects": Effects(total_return_hr=0.9)})),
        (nobody, ({"support": Support(minimum_age=3.0)}, {"support": Support(youth_peer=YouthPeer(under_12=0.9))})),
        (
            nobody.model_copy(update={"staffing": enhanced}),
            ({"effects": Effects(clinician=ClinicianEffects(linkage_odds=2.0))},),
        ),
    ):
        for update in changes:
            assert scenario.model_copy(update=update).result_key() != scenario.result_key(), update


def test_every_key_of_support_and_effects_is_either_kept_or_known_to_need_a_peer() -> None:
    """A key that is added to either is kept until somebody shows that it cannot matter."""
    nobody = compose(["study=run", "staffing=traditional"]).scenario
    odd = nobody.model_copy(update={"support": Support(minimum_age=1.0, consent=0.2, positive_screen_share=0.3)})
    assert that_matters(odd).support == odd.support.model_copy(update={"name": odd.support.name})


def test_a_peer_role_of_no_heads_is_no_peer() -> None:
    scenario = compose(["study=run", "staffing=peer_added"]).scenario
    role = scenario.staffing.roles["psw"]
    nobody = scenario.staffing.model_copy(
        update={"roles": scenario.staffing.roles | {"psw": role.model_copy(update={"heads": 0})}}
    )
    assert peers_on_roster(scenario.staffing, scenario.support)
    assert not peers_on_roster(nobody, scenario.support)


def test_a_sweep_plays_once_what_cannot_differ_and_its_tables_do_not_tell(
    tmp_path: Path, plays: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["-m", "staffing=traditional,peer_added", "effects=none,evidence", "demand.growth=0.2", *SMALL]
    assert main([*words, f"output={tmp_path / 'once'}"]) == 0
    assert plays["staffing=traditional effects=none"] == 2, plays
    assert "staffing=traditional effects=evidence" not in plays
    assert plays.total() == 6

    question = compose_sweep(words[1:])
    monkeypatch.setattr("sim.config.sweeps.CheckCache.result_key", lambda self, one: self.content_hash(one))
    assert len(set(question.matters.values())) == 3
    assert main([*words, f"output={tmp_path / 'each'}"]) == 0
    assert plays.total() == 6 + 8
    for name in ("estimates", "differences", "replications", "cautions", "scenarios", "dominated"):
        once, each = (read_table(tmp_path / folder / f"{name}.parquet") for folder in ("once", "each"))
        assert once.equals(each), name
    same = read_table(tmp_path / "once" / "estimates.parquet").groupby("label")["mean"].sum()
    assert same["staffing=traditional effects=none"] == same["staffing=traditional effects=evidence"]


def test_more_scenarios_later_play_what_is_missing_alone(tmp_path: Path, plays: Counter[str]) -> None:
    words = ["-m", "staffing=traditional", "demand.growth=0.2", *SMALL, f"output={tmp_path / 'grown'}"]
    assert main([*words, "effects=none,evidence"]) == 0
    assert main([*words, "effects=none,evidence,pessimistic,inside_out"]) == 0
    assert plays.total() == 4  # two replications, and again for the two that were added
