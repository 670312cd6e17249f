"""The files of the groups: where they are, which there are, whether they may be taken, what they say together.

Each lies over those it inherits from. A reference, `${group.key}`, is replaced by the plain value of the files it leads
to, and leads to nothing outside them. What the user changes is applied in `sim.config.composition`.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import islice, takewhile
from pathlib import Path

from sim.config.changed_steps import applied, taken_out
from sim.config.follow_ons import near
from sim.config.key_paths import MODELS
from sim.config.remedies import short_repr
from sim.config.roster_shorthand import not_indented
from sim.department.scenario import Problem
from sim.io.bounded_reader import UnreadableFile, read_text
from sim.io.plain_data import KeyPath, Plain, copied, entries_in
from sim.io.strict_yaml import MOST_YAML_BYTES, read_checked_yaml, read_yaml
from sim.io.suggest import did_you_mean

LIST_AND_MAPPING = (
    "a list stands where a mapping is inherited, or the other way round: write entries as name: {…}, without -"
)
REFERENCE = re.compile(r"\$\{(?P<dots>\.*)(?P<entry>[A-Za-z_][\w-]*(?:\.[\w-]+)*)\}", re.ASCII)
"""An entry by its key, or by its key from where the reference stands: `${demand.growth}`, `${.growth}`."""
MOST_REPEATED = 2**20
"""Characters that references may repeat, so that a small file cannot stand for more than memory holds."""


class ComposeFault(ValueError):
    """Files that cannot be put together, and why."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Files put together, and what is wrong with the changes of steps that they say."""

    data: dict[str, Plain]
    faults: tuple[Problem, ...] = ()


def merge_files(files: Sequence[Path]) -> Merged:
    """The data of files, each over those before it.

    Raises ComposeFault. Mappings are merged, everything else is replaced: a list by a list, a value by a value. What a
    file says to be changed about steps is changed in what it inherits.
    """
    data, faults = dict[str, Plain](), list[Problem]()
    for file in files:
        own, changes = taken_out(read_checked_yaml(file) or {}, f"{file} ")
        put_over(data, {key: value for key, value in own.items() if key != "defaults"}, ())
        faults += applied(data, changes)
    return Merged(data, tuple(faults))


def put_over(below: dict[str, Plain], above: Mapping[str, Plain], place: KeyPath) -> None:
    """Merge a mapping into another one. Raises ComposeFault."""
    for key, value in above.items():
        here, old = (*place, key), below.get(key)
        if not isinstance(key, str | int | float):
            raise ComposeFault(f"{written(here)}: a key is a text or a number")
        if {type(value), type(old)} == {dict, list}:
            raise ComposeFault(f"{written(here)}: {LIST_AND_MAPPING}")
        if isinstance(value, dict):
            below[key] = old if isinstance(old, dict) else {}
            put_over(below[key], value, here)
        else:
            below[key] = value


def resolved(data: Plain) -> Plain:
    """The data with references replaced by what they refer to; the data themselves without any. Raises ComposeFault."""
    if not has_references(data):
        return data
    check_references(data)
    return _replaced(data, data, ())


def _replaced(root: Plain, data: Plain, place: KeyPath) -> Plain:
    """A copy of some data, which stand at a place of the whole, with what its references lead to."""
    if isinstance(data, dict):
        return {key: _replaced(root, inner, (*place, key)) for key, inner in data.items()}
    if isinstance(data, list):
        return [_replaced(root, inner, (*place, number)) for number, inner in enumerate(data)]
    if not isinstance(data, str):
        return data
    if alone := REFERENCE.fullmatch(data):
        return copied(referred_to(root, place, alone))
    return REFERENCE.sub(lambda match: str(referred_to(root, place, match)), data)


def looks_elsewhere(text: str) -> bool:
    """The text has a reference to something else than an entry: the environment, the clock, one made by another."""
    return "${" in REFERENCE.sub("", text)


def has_references(data: Plain) -> bool:
    """A text in the data refers to something."""
    return any(True for _ in references_in(data))


def references_in(data: Plain) -> Iterator[tuple[KeyPath, str]]:
    """Every text with a reference, after its place."""
    return ((place, text) for place, text in entries_in(data) if isinstance(text, str) and "${" in text)


def check_references(data: Plain) -> None:
    """Raise ComposeFault unless every reference leads to an entry without references, and all repeat little."""
    repeated, sizes = 0, dict[int, int]()
    for place, text in references_in(data):
        if looks_elsewhere(text):
            raise ComposeFault(f"{written(place)} = {text!r} refers to something outside the files")
        for match in REFERENCE.finditer(text):
            target = referred_to(data, place, match)
            if id(target) not in sizes:
                if has_references(target):
                    remedy = "refers to an entry that refers to others: write that one's value"
                    raise ComposeFault(f"{written(place)} = {text!r} {remedy}")
                sizes[id(target)] = len(repr(target))
            repeated += sizes[id(target)]
            if repeated > MOST_REPEATED:
                raise ComposeFault(f"references repeat more than {MOST_REPEATED:,} characters: write fewer")


def referred_to(data: Plain, place: KeyPath, match: "re.Match[str]") -> Plain:
    """What a reference leads to. Raises ComposeFault where that is nothing."""
    n_dots = len(match["dots"])
    start = place[:-n_dots] if 0 < n_dots <= len(place) else ()
    try:
        return reduce(entry_of, (*start, *match["entry"].split(".")), data)
    except (KeyError, IndexError, ValueError, TypeError):
        raise ComposeFault(f"{written(place)} = {match.group()!r}: no such entry") from None


def entry_of(data: Plain, segment: str | int) -> Plain:
    """One entry of a mapping or a list."""
    return data[int(segment)] if isinstance(data, list) else data[segment]


def written(place: KeyPath) -> str:
    """A place as a key."""
    return ".".join(map(str, place))


_HERE = Path(__file__).resolve().parent
HEADER = re.compile(r"#+\s*@")
_SUFFIXES = (".yaml", ".yml")
GROUPS = (*MODELS, "experiment", "visits", "question")
"""Folders in a folder of groups that have files for us; there may be anything else beside them."""
MOST_ENTRIES = 10_000
"""Entries of the folder of a group that are looked at; a sweep has at most 5,000 staffings anyhow, and listing so many
takes a tenth of a second."""
_MOST_NAMED = 5
"""Folders that are named of many that hold a file."""
PLAIN_NAME = re.compile(r"\w[\w-]*", re.ASCII)


def shipped_configs() -> Path:
    """The folder of the shipped choices: beside the package in a wheel, at the top of the repository else."""
    inside = _HERE.parent / "configs"
    return inside if inside.is_dir() else _HERE.parent.parent / "configs"


def shipped_choices(group: str, config_dir: Path | None = None) -> tuple[str, ...]:
    """Names of the files of a group, in order of name, those of `config_dir` too."""
    return choices_of(group, folders_of(config_dir))


def folders_of(config_dir: Path | None) -> tuple[Path, ...]:
    """Folders searched, the shipped one first."""
    shipped = shipped_configs()
    further = () if config_dir is None or config_dir.resolve() == shipped.resolve() else (config_dir.resolve(),)
    return (shipped, *further)


def choices_of(group: str, folders: Iterable[Path]) -> tuple[str, ...]:
    """Names of the files of a group in these folders."""
    return tuple(sorted({file.stem for folder in folders for file in files_of_group(folder, group)}))


def files_of_group(folder: Path, group: str) -> list[Path]:
    """Files of a group in one folder of groups, in order of name; at most `MOST_ENTRIES` entries are looked at."""
    names = (name for name in islice(entries_of(folder / group), MOST_ENTRIES) if name.endswith(".yaml"))
    return [folder / group / name for name in sorted(names)]


def entries_of(folder: Path) -> Iterator[str]:
    """Names in a folder, of more than `MOST_ENTRIES` one more than so many; none if it is no folder."""
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in islice(entries, MOST_ENTRIES + 1))
    except OSError:
        return


def faults_of_folder(folder: Path) -> list[Problem]:
    """Why a folder of the user's own cannot be looked into; what its files say is seen when they are chosen."""
    if not folder.is_dir():
        return [Problem("configs", repr(str(folder)), "no such folder: give the folder that holds your groups")]
    found = []
    if os.path.lexists(folder / "hydra"):
        remedy = "no settings of Hydra are read: take it out"
        found.append(Problem(str(folder / "hydra"), "'hydra'", remedy))
    for group in GROUPS:
        if sum(1 for _ in entries_of(folder / group)) > MOST_ENTRIES:
            remedy = "the folder of a group holds its files and little else: take the others out"
            found.append(Problem(str(folder / group), f"more than {MOST_ENTRIES:,} entries", remedy))
    return found


def where_it_lies(folders: Sequence[Path], group: str, name: str) -> str | None:
    """What to do with a file of this name that lies where no choice of the group is looked for; None if there is none.

    Looked at are the folder that was typed with the name, the user's own, the working directory, and the folders in
    both.
    """
    typed, own = Path(name), list(folders[1:])
    if not PLAIN_NAME.fullmatch(typed.stem) or typed.suffix not in ("", *_SUFFIXES):
        return None
    choice = "" if name == typed.stem else f" {group}={typed.stem}"
    if typed.stem in choices_of(group, folders):
        return f"a choice is the name of a file without folder and suffix: write{choice}"
    folders_around = [(folder, inner) for folder in (*own, Path()) for inner in ("", *sorted(entries_of(folder)))]
    places = (typed.parent, *(folder / group for folder in own), *own, Path())
    files = [place / f"{typed.stem}{suffix}" for place in places for suffix in _SUFFIXES]
    files += [folder / inner / group / f"{typed.stem}.yaml" for folder, inner in folders_around]
    named = [typed] if typed.suffix and os.path.isfile(typed) else files
    found = [file.absolute() for file in named if os.path.isfile(file)]
    given = dict.fromkeys(
        near(file.parent.parent) for file in found if (file.parent.name, file.suffix) == (group, ".yaml")
    )
    if given:
        where = "another folder" if len(given) == 1 else "other folders"
        return f"there is one in {where}: give --config-dir {' or '.join(list(given)[:_MOST_NAMED])}{choice}"
    if not found:
        return None
    home = own[0] if own else Path("mine")
    remedy = f"{found[0].name} is looked for in {near(home / group)}, as {typed.stem}.yaml"
    return f"{remedy}: move or rename {near(found[0])}, and give --config-dir {near(home)}{choice}"


def default_choices() -> dict[str, str]:
    """The choice of every group unless another is typed."""
    entries = defaults_in(shipped_configs() / "config.yaml")
    return {group: choice for entry in entries if isinstance(entry, dict) for group, choice in entry.items()}


def group_data(folders: tuple[Path, ...], group: str, name: str) -> Plain | Problem:
    """A sound choice over those it inherits from, not to be changed, or why they cannot be put together.

    References stand in it as written.
    """
    files = tuple(with_inherited(folders, group, name))
    try:
        return merge_once(files, tuple(map(stamp_of, files))).data
    except ComposeFault as fault:
        return fault_of(folders, {group: name}, fault)


def faults_of_changes(folders: tuple[Path, ...], name: str) -> tuple[Problem, ...]:
    """What is wrong with the changes of steps in a department that can be put together."""
    files = tuple(with_inherited(folders, "department", name))
    return merge_once(files, tuple(map(stamp_of, files))).faults


def root_data() -> dict[str, Plain]:
    """What stands outside every group unless it is typed."""
    return merge_files([shipped_configs() / "config.yaml"]).data


@lru_cache(maxsize=512)
def merge_once(files: tuple[Path, ...], stamps: tuple[int, ...]) -> Merged:
    """Merge, once for every state of the files: a study asks for the same ones again and again."""
    return merge_files(files)


def stamp_of(file: Path) -> int:
    """When the file was last changed; 0 where that cannot be asked."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def fault_of(folders: Sequence[Path], choices: Mapping[str, str], fault: ComposeFault) -> Problem:
    """Why choices cannot be put together, with the files of the user's own among them."""
    files = [file_of(folders, group, name) for group, name in choices.items()]
    own = [str(file) for file in files if not file.is_relative_to(folders[0])]
    chosen = ", ".join(f"{group}={name}" for group, name in choices.items())
    return Problem(", ".join(own) or "configs", chosen, f"cannot be put together, correct the file: {fault}")


def with_inherited(folders: tuple[Path, ...], group: str, name: str) -> list[Path]:
    """A file after those it inherits from, each at its first place; files that `faults_of_file` finds sound.

    A second time over, what two files both inherit would undo what the first of them changed about it.
    """
    file = file_of(folders, group, name)
    parents = [entry for entry in defaults_in(file) if isinstance(entry, str) and entry != "_self_"]
    inherited = [each for parent in parents for each in with_inherited(folders, group, parent)]
    return list(dict.fromkeys([*inherited, file]))


def defaults_in(file: Path) -> list[object]:
    """What a sound file inherits from, not to be changed."""
    return defaults_once(file, stamp_of(file))


@lru_cache(maxsize=256)
def defaults_once(file: Path, stamp: int) -> list[object]:
    """Read, once for every state of the file."""
    return listed((read_checked_yaml(file) or {}).get("defaults"))


def file_of(folders: Sequence[Path], group: str, name: str) -> Path:
    """The file of a choice, known to be there; the shipped folder comes first."""
    files = [folder / group / f"{name}.yaml" for folder in folders]
    return next((file for file in files if file.is_file()), files[-1])


CALLED_LIKE_THEIR_GROUP = ("experiment", "visits")
"""Groups whose files are read elsewhere."""
MOST_INHERITED = 50
"""Files a choice inherits from, each counted as often as it is inherited. Shipped are 2 at most; of two files on each
level that both inherit from the two below, twenty levels would be a million."""


def faults_of_file(
    folders: Sequence[Path], group: str, name: str, heirs: tuple[str, ...] = (), walked: list[str] | None = None
) -> list[Problem]:
    """Why a choice of the user's own cannot be taken, or one it inherits from; empty if it can.

    A file of a group says what its own group holds and nothing else: it may not place itself elsewhere, and inherits
    from files of its group only. Without this a roster could lower the department's minimum cover.

    `heirs`: files on the way here; `walked`: all files looked at so far.
    """
    own = folders[-1] / group / f"{name}.yaml"
    if len(folders) == 1 or not os.path.lexists(own):  # a link to itself is there, and does not exist
        return []
    walked = [] if walked is None else walked
    walked.append(name)
    if len(walked) > MOST_INHERITED:
        remedy = f"{group}={[*heirs, name][0]} inherits from more than {MOST_INHERITED} files: write it more simply"
        return [Problem(str(own), repr(name), remedy)] if len(walked) == MOST_INHERITED + 1 else []
    if shadowed := shadowing(folders, group, name):
        return [shadowed]
    if not PLAIN_NAME.fullmatch(name):
        return [Problem(str(own), repr(name), "name the file with letters, digits, - and _ only")]
    data = read_mapping(own)
    if isinstance(data, Problem):
        return [data]
    found, defaults = list(faults_said_in(group, own, data)), data.get("defaults")
    if not isinstance(defaults, list | None):
        word = defaults if isinstance(defaults, str) and PLAIN_NAME.fullmatch(defaults) else "traditional"
        remedy = f"not a list: write defaults: [{word}, _self_]"
        return [*found, Problem(f"{own} defaults", short_repr(defaults), remedy)]
    for entry in listed(defaults):
        found += faults_of_parent(folders, group, entry, own, (*heirs, name), walked)
    return found


def faults_said_in(group: str, own: Path, data: dict[str, Plain]) -> Iterator[Problem]:
    """What a file of the user's own may not say: whatever would reach beyond its group, or beyond the files.

    An address of others is never read from a file, which may come from others: what a scheduler answers is run here.
    """
    for line in comments_at_the_top(own):
        if HEADER.match(line):
            yield Problem(str(own), repr(line), "a file of a group changes its own group only: take this line out")
    yield from looked_up(own, data)
    if group == "executor" and data.get("address") is not None:
        remedy = "an address is typed, never read from a file: take it out, and type executor.address=tls://HOST:PORT"
        yield Problem(f"{own} address", short_repr(data["address"]), remedy)
    if group in data and group not in CALLED_LIKE_THEIR_GROUP:
        remedy = f"the file holds what {group} consists of: take the line {group}: out and move what is below it left"
        yield Problem(str(own), repr(f"{group}:"), remedy)
    if group == "staffing":
        yield from (Problem(f"{own} {one.path}", one.value, one.remedy) for one in not_indented(data))
    defaults = listed(data.get("defaults"))
    others = [str(entry) for entry in defaults if entry != "_self_"]
    if "_self_" in defaults and (after := others[defaults.index("_self_") :]):
        remedy = f"{', '.join(after)} after _self_ overrides what this file says: write [{', '.join(others)}, _self_]"
        yield Problem(f"{own} defaults", short_repr(defaults), remedy)


def shadowing(folders: Sequence[Path], group: str, name: str, key: str = "") -> Problem | None:
    """A file of the user's own that has the name of a shipped one; `key`: what it is chosen by, if not its group."""
    own = folders[-1] / group / f"{name}.yaml"
    if len(folders) == 1 or not own.exists() or not (folders[0] / group / own.name).is_file():
        return None
    remedy = f"{key or group}={name} is shipped and would be taken instead of this file: give the file another name"
    return Problem(str(own), repr(name), remedy)


def faults_of_parent(
    folders: Sequence[Path], group: str, entry: object, own: Path, heirs: tuple[str, ...], walked: list[str]
) -> list[Problem]:
    """What is wrong with one entry of a file's defaults."""
    if entry == "_self_":
        return []
    if not isinstance(entry, str) or not PLAIN_NAME.fullmatch(entry):
        example = choices_of(group, folders[:1])[0]
        remedy = f"defaults may name files of {group} only, as in [{example}, _self_]; others are chosen when typing"
        return [Problem(str(own), short_repr(entry), remedy)]
    if entry in heirs:
        return [Problem(str(own), repr(entry), "the file inherits from itself: take this entry out of its defaults")]
    known = choices_of(group, folders)
    if entry not in known:
        return [Problem(str(own), repr(entry), f"inherits from a file that is not there; {did_you_mean(entry, known)}")]
    return faults_of_file(folders, group, entry, heirs, walked)


def listed(entries: object) -> list[object]:
    """The defaults of a file as a list; what is none is looked at as one entry."""
    return [] if entries is None else list(entries) if isinstance(entries, list) else [entries]


def comments_at_the_top(file: Path) -> Iterator[str]:
    """Comments before the first key: in a header there a file could say that it belongs elsewhere."""
    lines = map(str.strip, read_text(file, MOST_YAML_BYTES).splitlines())
    return takewhile(lambda line: line.startswith("#"), filter(None, lines))


def looked_up(file: Path, data: Plain) -> list[Problem]:
    """Texts that would be looked up outside the files (environment, clock) when the file is put together."""
    remedy = "a file refers to other entries only, ${group.key}, and to nothing outside: write the value itself"
    outside = [(place, text) for place, text in references_in(data) if looks_elsewhere(text)]
    return [Problem(f"{file} {written(place)}".rstrip(), repr(text), remedy) for place, text in outside]


def read_mapping(file: Path) -> dict[str, Plain] | Problem:
    """The mapping a YAML file holds, or why it cannot be read, with the file as the place."""
    if not lies_in(file.parent.parent, file):
        remedy = "a link that leads out of the folder of configurations: put the file itself there"
        return Problem(str(file), repr(file.name), remedy)
    try:
        data = read_yaml(file)
    except UnreadableFile as error:
        return unreadable_problem(error)
    if data is None or isinstance(data, dict):
        return data or {}
    return Problem(str(file), short_repr(data), "not a mapping: write lines of the form key: value")


def lies_in(folder: Path, file: Path) -> bool:
    """The file is in the folder, links followed; one that cannot be looked up is not."""
    try:
        return file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def unreadable_problem(error: UnreadableFile) -> Problem:
    """A file that cannot be read, as one of all problems."""
    return Problem(str(error.path), error.value, error.remedy)
