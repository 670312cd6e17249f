"""What lies in the folder where the command is started is data: nothing of it is run, and it changes no figure."""

import os
import subprocess
import sys
from pathlib import Path

from matplotlib import rc_context, rcParams

from sim.report.figures.theme import STYLE, styled
from tests.waiting import PATIENCE

REPOSITORY = Path(__file__).parents[1]
TWO_WORKERS = """
import sys
sys.path.pop(0)
import sim.cli, sim.__main__
from sim.runs.worker_pool import run_in_pool, worker_pool
def both():
    with worker_pool("processes", 2) as pool:
        print(sorted(answer for _, answer in run_in_pool(pool, abs, [-1, -2])))
    return 0
sim.cli.main = both
if __name__ == "__main__":
    sys.exit(sim.__main__.run_command())
"""


def test_worker_processes_load_no_module_out_of_the_folder_they_are_started_in(tmp_path: Path) -> None:
    for name in ("pickle", "signal", "multiprocessing"):
        (tmp_path / f"{name}.py").write_text("open('planted_code_ran', 'w').close()\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    environment.pop("PYTHONSAFEPATH", None)
    ended = subprocess.run(
        [sys.executable, "-c", TWO_WORKERS],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert not (tmp_path / "planted_code_ran").exists()
    assert (ended.stdout, ended.returncode) == ("[1, 2]\n", 0), ended.stderr


def test_a_figure_has_the_style_of_this_project_whatever_the_settings_of_drawing() -> None:
    with rc_context({"text.usetex": True, "figure.figsize": (1.0, 1.0), "font.size": 30.0}), styled():
        assert rcParams["text.usetex"] is False
        assert tuple(rcParams["figure.figsize"]) == (6.4, 4.8)
        assert rcParams["font.size"] == STYLE["font.size"]
