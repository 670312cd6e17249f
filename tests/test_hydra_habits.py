"""What users of Hydra type: the composed values are shown, what has no meaning here names its successor."""

import pytest
import yaml

from sim.cli import main
from sim.commands.subcommands import ANYWHERE, COMMANDS, OF_HYDRA, OPTIONS
from sim.config import compose

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("words", [["--cfg", "job"], ["--cfg=job"], ["-c", "job"], ["-c=job"]])
def test_cfg_job_prints_every_value_that_would_be_played(words: list[str], capsys: Captured) -> None:
    typed = ["staffing=peer_added", "demand.growth=1.1", "seed=7"]
    assert main([*typed[:1], *words, *typed[1:]]) == 0
    output = capsys.readouterr().out
    values, scenario = yaml.safe_load(output), compose(typed).scenario
    assert "# staffing=peer_added" in output
    assert values["seed"] == 7
    assert values["demand"]["growth"] == 1.1
    for part in ("department", "demand", "staffing", "support", "effects", "boarding", "discipline"):
        assert values[part] == getattr(scenario, part).model_dump(mode="json")


def test_info_names_version_folders_choices_and_what_was_changed(capsys: Captured) -> None:
    assert main(["--info", "effects=evidence", "demand.growth=1.1"]) == 0
    version, folders, chosen, changed, files = capsys.readouterr().out.splitlines()
    assert version.startswith("peered ")
    assert folders.endswith("configs")
    assert "effects=evidence" in chosen
    assert changed == "changed: demand.growth"
    assert "effects/evidence.yaml" in files.replace("\\", "/")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cfg", "hydra"], "no settings of Hydra are used; write peered --cfg job"),
        (["--cfg", "jb"], "did you mean job?"),
        (["-m", "--cfg", "job", "staffing=traditional,peer_added"], "a sweep has many scenarios"),
        (["--cfg", "job", "demand.grwoth=1"], "did you mean growth"),
        (["--info", "--quiet"], "leave --quiet out"),
        (["--experimental-rerun", "x"], "the command stands in run.json"),
        (["-sc", "install=bash"], "peered completion bash"),
        (["--config-name", "x"], "--config-dir DIR adds a folder"),
        (["hydra.run.dir=x"], "Hydra's sweepers and launchers are not used"),
    ],
)
def test_what_is_not_offered_names_what_is(words: list[str], said: str, capsys: Captured) -> None:
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_no_option_is_both_offered_and_refused() -> None:
    assert not {*OPTIONS, *COMMANDS, *ANYWHERE} & set(OF_HYDRA)
