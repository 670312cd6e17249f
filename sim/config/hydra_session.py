"""Hydra at work on the files of the groups: one composition at a time, with nothing but the files to refer to.

Which files it may open is checked before, in `sim.config.files`.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from sim.config.key_paths import Plain
from sim.config.references import ReferenceFault, check_references, has_references

if TYPE_CHECKING:
    from hydra._internal.hydra import Hydra

LOCK = RLock()
"""Held while Hydra and OmegaConf work: they keep their state in globals of the process."""


def composed_by_hydra(
    folders: tuple[Path, ...], config_name: str | None, chosen: Sequence[str], *, resolve: bool
) -> Plain | Exception:
    """The files chosen as plain data, references resolved or not, or the error that stood in the way."""
    import hydra  # slow to load, and not needed to name the choices there are
    import yaml
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        with hydra_session(folders[0]), without_resolvers():
            config = hydra.compose(config_name, overrides=[*chosen, *search_words(folders)])
            data = OmegaConf.to_container(config)
        return resolved(data) if resolve else data
    except (HydraException, OmegaConfBaseException, ReferenceFault, yaml.YAMLError, UnicodeError, OSError) as error:
        return error


def resolved(data: Plain) -> Plain:
    """The data with references replaced by what they refer to. Raises ReferenceFault or OmegaConfBaseException."""
    if not has_references(data):
        return data
    from omegaconf import OmegaConf

    check_references(data)
    with LOCK, without_resolvers():
        return OmegaConf.to_container(OmegaConf.create(data), resolve=True)


@contextmanager
def hydra_session(folder: Path) -> Iterator[None]:
    """Hydra with this folder as its own, for one thread at a time."""
    with LOCK, unwarned(), hydra_program(folder, "app"):
        yield


@contextmanager
def unwarned() -> Iterator[None]:
    """What Hydra announces of its later versions is not for those who play a department."""
    with warnings.catch_warnings():  # not safe in threads by itself: the lock is held
        warnings.simplefilter("ignore")
        yield


@contextmanager
def hydra_program(folder: Path, job_name: str) -> Iterator["Hydra"]:
    """The same for jobs, which may compose in threads of their own: only its beginning and end hold the lock.

    A program that somebody else has begun with Hydra is put back afterwards.
    """
    import hydra
    from hydra.core.global_hydra import GlobalHydra

    with ExitStack() as in_the_end:
        with LOCK:
            before = GlobalHydra.instance().hydra
            in_the_end.callback(put_back, before)
            GlobalHydra.instance().clear()
            in_the_end.enter_context(hydra.initialize_config_dir(str(folder), job_name, version_base="1.3"))
            program = GlobalHydra.instance().hydra
            assert program is not None
        yield program


def put_back(program: "Hydra | None") -> None:
    """Make Hydra go on with a program it had, if any."""
    from hydra.core.global_hydra import GlobalHydra

    with LOCK:
        GlobalHydra.instance().clear()
        if program is not None:
            GlobalHydra.instance().initialize(program)


@contextmanager
def without_resolvers() -> Iterator[None]:
    """No function can be called by a text `${name:...}` meanwhile, neither OmegaConf's own nor anybody else's.

    Those of other threads that use OmegaConf are missing too; the lock keeps them only from our own.
    """
    from omegaconf.basecontainer import BaseContainer

    with LOCK:
        resolvers, BaseContainer._resolvers = BaseContainer._resolvers, {}
        try:
            yield
        finally:
            BaseContainer._resolvers = resolvers


def search_words(folders: Sequence[Path]) -> list[str]:
    """The word that has Hydra look into the folders of the user's own too."""
    further = [quoted(f"file://{folder.as_posix()}") for folder in folders[1:]]
    return [f"hydra.searchpath=[{','.join(further)}]"] if further else []


def quoted(text: str) -> str:
    """A text of any characters as one value of Hydra's grammar; it takes no percent-encoded address."""
    return '"' + text.replace('"', '\\"') + '"'
