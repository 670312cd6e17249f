"""Every hostile input there is, by family."""

from tests.attacks import command_lines, configurations, places, results_folders, sweep_inputs, visits_files
from tests.attacks.attack import Attack

ATTACKS: tuple[Attack, ...] = (
    *configurations.ALL,
    *command_lines.ALL,
    *sweep_inputs.ALL,
    *visits_files.ALL,
    *results_folders.ALL,
    *places.ALL,
)
