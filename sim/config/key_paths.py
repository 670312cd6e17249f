"""Finding the place a key names: in the composed data, or in the models where the files leave a default.

Steps of a pathway are found by name or number, entries of lists by number.
"""

import types
import typing
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Field

from sim.config.retired import remedy_of_retired
from sim.department.arrivals import Demand
from sim.department.boarding import Boarding
from sim.department.department import Department
from sim.department.discipline import Disciplines
from sim.department.quantities import Frozen
from sim.department.roster import Role, Staffing
from sim.department.support import Effects, Support
from sim.io.plain_data import KeyPath, Plain, entries_in, entry_named, has_entry, typed_path, value_or
from sim.io.suggest import did_you_mean
from sim.studies.question import AnySettings, ExecutorSettings, ReportContents, studies_with
from sim.studies.settings import StudySettings


class EngineSettings(Frozen):
    """The engine by name."""

    name: str


class Root(Frozen):
    """What stands outside every group."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    output: str | None = None


MODELS: dict[str, Any] = {
    "department": Department,
    "demand": Demand,
    "staffing": Staffing,
    "support": Support,
    "effects": Effects,
    "boarding": Boarding,
    "discipline": Disciplines,
    "study": AnySettings,
    "engine": EngineSettings,
    "executor": ExecutorSettings,
    "report": ReportContents,
}
TAGS = ("kind", "family")


def locate(data: Plain, key: str, adds: bool = False) -> KeyPath | str:
    """The place of a dotted key, or a remedy where there is none."""
    group, *rest = key.split(".")
    if not rest and group in Root.model_fields:
        return (group,)
    if group not in MODELS or not rest:
        return unknown_group(group, data)
    place: KeyPath = ()
    here = data[group]
    for segment in rest:
        found = entry_named(here, segment)
        if found is None:
            kinds = kinds_at(MODELS[group], data[group], place)
            if segment not in field_names(kinds) and not (adds and is_mapping(kinds)):
                return unknown_entry(segment, here, kinds)
            found = segment
        place, here = (*place, found), here[found] if has_entry(here, found) else {}
    return (group, *place)


def is_whole(data: Plain, key: str, adds: bool = False) -> bool:
    """A whole number, and no other, stands where this key leads."""
    place = locate(data, key, adds)
    if isinstance(place, str) or place[0] not in MODELS:
        return False
    kinds = kinds_at(MODELS[str(place[0])], data[place[0]], place[1:])
    return int in kinds and float not in kinds


def kinds_at(model: Any, data: Plain, place: KeyPath) -> list[Any]:
    """The models and containers that can stand at a place of a model's data."""
    kinds, here = models_of(model, data), data
    for segment in place:
        here = here[segment] if has_entry(here, segment) else {}
        annotations = [annotation_of(kind, segment) for kind in kinds]
        kinds = [kind for annotation in annotations for kind in models_of(annotation, here)]
        if not kinds:  # its tag is wrong too, and would leave no model over
            kinds = [kind for annotation in annotations for kind in alternatives(annotation)]
    return kinds


def unknown_group(word: str, data: Plain) -> str:
    """A close word, or the place where the word is a key."""
    remedy = did_you_mean(word, (*Root.model_fields, *MODELS))
    inner = (place for place, _ in entries_in(data) if len(place) > 1 and place[-1] == word)
    elsewhere = next((typed_path(data, place) for place in sorted(inner, key=len)), None)
    close = remedy.startswith("did you mean")
    return f"no such key; did you mean {elsewhere}?" if elsewhere and not close else f"no such key; {remedy}"


def unknown_entry(word: str, here: Plain, kinds: list[Any]) -> str:
    """A close word among those that can stand here, or that the word is a key outside every group."""
    if word in Root.model_fields:
        return f"no {word!r} here; it is a key of its own: {word}=…"
    known = words_at(here, kinds)
    if instead := remedy_of_foreign(kinds, word) or remedy_of_retired(word, known):
        return instead
    remedy = did_you_mean(word, known)
    new = "" if remedy.startswith("did you mean") or not is_mapping(kinds) else f"; a new entry is written +…{word}="
    return f"no {word!r} here; {remedy}{new}"


def remedy_of_foreign(kinds: list[Any], word: str) -> str | None:
    """What to write for a word that is no key of this study, where the study says so or another has it; else None."""
    study = next((kind for kind in kinds if is_model(kind) and issubclass(kind, StudySettings)), None)
    if study is None or not (word in study.instead or (others := studies_with(word))):
        return None
    if word in study.instead:
        return study.instead[word]
    belongs = f"study.{word} is a key of {' and '.join(f'study={other}' for other in others)}"
    return f"{belongs}: leave it out of study={study.model_fields['name'].default}"


def put_value(data: Plain, place: KeyPath, value: Plain) -> None:
    """Set an entry in the data itself; a mapping is merged into a mapping of the same kind."""
    here = data
    for segment in place[:-1]:
        here = here.setdefault(segment, {}) if isinstance(here, dict) else here[segment]
    old = here[place[-1]] if has_entry(here, place[-1]) else None
    if (
        isinstance(old, dict)
        and isinstance(value, dict)
        and all(value.get(tag, old.get(tag)) == old.get(tag) for tag in TAGS)
    ):
        for key, inner in value.items():
            put_value(old, (key,), inner)
    else:
        here[place[-1]] = value


def without_nulls(annotation: Any, data: Plain, said: Sequence[Plain], place: KeyPath = ()) -> Plain:
    """The data without entries that are null in mappings whose entries need a value, where one of `said` has a value:
    so an inherited stream, zone, role or shift is taken out. The data are not changed.

    Null stays where it has a meaning, as in `places: null`, and where there is nothing to take out.
    """
    if not isinstance(data, dict):
        return data
    kinds, kept = models_of(annotation, data), {}
    for key, value in data.items():
        here = (*place, key)
        inner = [one for kind in kinds if (one := annotation_of(kind, key)) is not None]
        needed = inner and not any(type(None) in alternatives(one) for one in inner) and key not in field_names(kinds)
        if value is None and needed and any(value_or(one, here, None) is not None for one in said):
            continue
        kept[key] = without_nulls(Union[tuple(inner)], value, said, here) if inner else value  # noqa: UP007
    return kept


def models_of(annotation: Any, data: Plain) -> list[Any]:
    """The models and containers an annotation allows, narrowed by the tag the data carries."""
    return [kind for kind in alternatives(annotation) if fits(kind, data)]


def alternatives(annotation: Any) -> Iterator[Any]:
    """The members of a union, annotations taken off."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from alternatives(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for choice in get_args(annotation):
            yield from alternatives(choice)
    elif annotation is not None:
        yield annotation


def fits(kind: Any, data: Plain) -> bool:
    """The data carries no tag of another model."""
    if not is_model(kind) or not isinstance(data, dict):
        return True
    tags = {
        tag: kind.model_fields[tag].annotation for tag in (*TAGS, "name") if tag in data and tag in kind.model_fields
    }
    return all(data[tag] in get_args(known) for tag, known in tags.items() if get_origin(known) is Literal)


def is_model(kind: Any) -> typing.TypeGuard[type[BaseModel]]:
    """A pydantic model."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def is_mapping(kinds: list[Any]) -> bool:
    """New entries can be added here."""
    return any(get_origin(kind) is dict or kind is Staffing for kind in kinds)


def annotation_of(kind: Any, segment: str | int) -> Any:
    """What stands under a segment of a model or container; None where nothing can."""
    if is_model(kind):
        field = kind.model_fields.get(str(segment))
        if field is not None:
            return field.annotation
        return Role if kind is Staffing else None
    arguments = get_args(kind)
    if get_origin(kind) is dict:
        return arguments[1]
    if get_origin(kind) is tuple and isinstance(segment, int):
        return (
            arguments[0]
            if len(arguments) == 2 and arguments[1] is Ellipsis
            else arguments[min(segment, len(arguments) - 1)]
        )
    return None


def field_names(kinds: list[Any]) -> list[str]:
    """Fields of the models that can stand here."""
    return [
        name
        for kind in kinds
        if is_model(kind)
        for name in kind.model_fields
        if not (kind is Staffing and name == "roles")
    ]


def words_at(here: Plain, kinds: list[Any]) -> list[str]:
    """Every word that can follow here."""
    if isinstance(here, list):
        return [str(item.get("name", n)) if isinstance(item, dict) else str(n) for n, item in enumerate(here)]
    return list(dict.fromkeys((*(here if isinstance(here, dict) else ()), *field_names(kinds))))
