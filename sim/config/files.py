"""The files of the groups: where they are, which there are, what Hydra makes of them.

What the user changes in them is applied in `sim.config.composition`.
"""

import warnings
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import hydra
import yaml
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.config.places import Plain
from sim.department.scenario import Problem

HERE = Path(__file__).resolve().parent


def shipped_configs() -> Path:
    """The folder of the shipped choices: beside the package in a wheel, at the top of the repository else."""
    inside = HERE.parent / "configs"
    return inside if inside.is_dir() else HERE.parent.parent / "configs"


def shipped_choices(group: str, config_dir: Path | None = None) -> tuple[str, ...]:
    """Names of the files of a group, in order of name, those of `config_dir` too."""
    return choices_of(group, folders_of(config_dir))


def folders_of(config_dir: Path | None) -> tuple[Path, ...]:
    """Folders searched, the shipped one first."""
    return (shipped_configs(),) if config_dir is None else (shipped_configs(), config_dir.resolve())


def choices_of(group: str, folders: Iterable[Path]) -> tuple[str, ...]:
    """Names of the files of a group in these folders."""
    return tuple(sorted({file.stem for folder in folders for file in (folder / group).glob("*.yaml")}))


def default_choices() -> dict[str, str]:
    """The choice of every group unless another is typed."""
    entries = yaml.safe_load((shipped_configs() / "config.yaml").read_text(encoding="utf-8"))["defaults"]
    return {group: choice for entry in entries if isinstance(entry, dict) for group, choice in entry.items()}


def hydra_composed(folders: Sequence[Path], config_name: str, chosen: Sequence[str] = ()) -> Plain | Problem:
    """What Hydra makes of a file and its defaults, as plain data not to be changed, or why it cannot."""
    stamps = tuple(file.stat().st_mtime_ns for folder in folders for file in sorted(folder.glob("*/*.yaml")))
    return composed_once(tuple(folders), config_name, tuple(chosen), stamps)


@lru_cache(maxsize=64)
def composed_once(
    folders: tuple[Path, ...], config_name: str, chosen: tuple[str, ...], stamps: tuple[int, ...]
) -> Plain | Problem:
    """Compose, once for every state of the files: a study asks for the same ones again and again."""
    further = [folder.as_uri() for folder in folders[1:]]
    search = [f"hydra.searchpath=[{','.join(further)}]"] if further else []
    GlobalHydra.instance().clear()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with hydra.initialize_config_dir(str(folders[0]), version_base="1.3"):
                config = hydra.compose(config_name, overrides=[*chosen, *search])
        return OmegaConf.to_container(config, resolve=True)
    except (HydraException, OmegaConfBaseException, yaml.YAMLError) as error:
        what = ", ".join(chosen) if chosen else config_name
        return Problem("files", what, f"cannot be put together, correct the file: {' '.join(str(error).split())}")


def with_inherited(folders: tuple[Path, ...], group: str, name: str) -> list[Path]:
    """A file after those it inherits from."""
    file = next(folder / group / f"{name}.yaml" for folder in folders if (folder / group / f"{name}.yaml").is_file())
    entries = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("defaults", [])
    parents = [entry for entry in entries if isinstance(entry, str) and entry != "_self_"]
    return [inherited for parent in parents for inherited in with_inherited(folders, group, parent)] + [file]
