"""From a department with something wrong to the smallest that still has it: cuts one thing after another.

What is wrong is told by the caller. Hypothesis shrinks what it drew itself; this shrinks a department from anywhere,
by its meaning: fewer visits, steps and staff, defaults for settings, plain numbers.
"""

import copy
import json
from collections.abc import Callable, Iterator
from math import inf
from typing import Any

from sim.department.arrivals import GivenVisit, Replay
from sim.department.scenario import Scenario
from sim.engine.draw_numbers import PATIENTS_PER_STREAM
from sim.engine.workload import Workload
from tests.agreement import Disagreement

Tree = Any
"""A scenario as JSON has it; keys that are missing stand for defaults."""
Path = tuple[str | int, ...]
Wrong = Callable[[Scenario], Disagreement | None]

MISSING = object()
PERIOD = "period"
"""Kept: its default is a quarter, and the step limit is what stops an engine that does not get on."""


def smallest(scenario: Scenario, seed: int, wrong: Wrong, tries: int = 4000) -> Tree:
    """The department as a tree, made smaller while `wrong` finds something of the same kind; at most so many tries."""
    search = Search(wrong, tries, wrong(scenario))
    tree = scenario.model_dump(mode="json")
    tree = search.accepted(replayed(scenario, seed), tree)
    before = None
    while tree != before and search.tries > 0:
        before = tree
        for cut in (earlier_end, fewer_words, shorter_lists, fewer_keys, plainer_values):
            tree = cut(search, tree)
    return tree


def text_of(tree: Tree) -> str:
    """The department as it can be pasted into a test."""
    return f'Scenario.model_validate_json("""\n{json.dumps(tree, indent=1, ensure_ascii=False)}\n""")'


def kind_of(found: Disagreement | None) -> str:
    """What must stay the same on the way: that runs differ, or which engines break down."""
    if found is None:
        return "nothing"
    return " and ".join(sorted(what.partition(":")[0] for what in found.what if what.startswith("the "))) or "differ"


class Search:
    """What is looked for, and how often still. `last`: what was found in the tree accepted last."""

    def __init__(self, wrong: Wrong, tries: int, found: Disagreement | None) -> None:
        self.wrong, self.tries, self.kind, self.last = wrong, tries, kind_of(found), found

    def accepted(self, candidate: Tree, otherwise: Tree) -> Tree:
        """The candidate if it is a department with the same kind of thing wrong."""
        if candidate is None or self.tries == 0:
            return otherwise
        try:
            scenario = Scenario.model_validate(candidate).checked()
        except ValueError:
            return otherwise
        self.tries -= 1
        found = self.wrong(scenario)
        if kind_of(found) != self.kind:
            return otherwise
        self.last = found
        return candidate


def replayed(scenario: Scenario, seed: int) -> Tree | None:
    """Drawn arrivals as a list of given visits, which can be made shorter; the patients keep their draws."""
    if isinstance(scenario.demand, Replay):
        return None
    names = tuple(scenario.department.streams)
    visits = tuple(
        GivenVisit(at=arrival.time, stream=names[arrival.stream], patient=arrival.patient % PATIENTS_PER_STREAM)
        for arrival in Workload(scenario, seed, 0).arrivals()
        if arrival.number == 1
    )
    mixes = {name: scenario.arrivals_of(name).acuity_mix for name in scenario.demand.streams()}
    try:
        demand = Replay(visits=visits, acuity_mix=mixes)
    except ValueError:  # patients of two streams share serial numbers
        demand = Replay(visits=tuple(v.model_copy(update={"patient": None}) for v in visits), acuity_mix=mixes)
    return scenario.model_copy(update={"demand": demand}).model_dump(mode="json")


def earlier_end(search: Search, tree: Tree) -> Tree:
    """The run ends soon after the difference."""
    if search.last is None or search.last.time == inf:
        return tree
    return search.accepted(with_value(tree, (PERIOD, "minutes"), search.last.time + 1.0), tree)


def fewer_words(search: Search, tree: Tree) -> Tree:
    """Roles, streams, zones and kinds of boarders go together with every step and visit that names them."""
    places: tuple[Path, ...] = (
        ("department", "streams"),
        ("staffing", "roles"),
        ("department", "zones"),
        ("boarding", "times"),
    )
    for path in places:
        for word in list(at(tree, path, {})):
            tree = search.accepted(without_word(tree, word), tree)
    return tree


def without_word(tree: Tree, word: str) -> Tree:
    """The tree without everything of that name, and without elements of lists that name it."""
    if isinstance(tree, dict):
        return {key: without_word(part, word) for key, part in tree.items() if key != word}
    if isinstance(tree, list):
        left = ((part, without_word(part, word)) for part in tree if part != word)
        return [cut for part, cut in left if not stands_for(part, cut, word)]
    return tree


def stands_for(part: Tree, cut: Tree, word: str) -> bool:
    """Whether an element stood only for the word: it names it, or a list in it named nothing else."""
    if isinstance(part, dict):
        return word in part.values() or any(part[key] and not cut[key] for key in cut if isinstance(part[key], list))
    return bool(part) and cut == []


def shorter_lists(search: Search, tree: Tree) -> Tree:
    """Runs of elements are left out, halves first."""
    for path in reversed([path for path, node in nodes(tree) if isinstance(node, list)]):
        size = (len(at(tree, path, [])) + 1) // 2
        while size > 0:
            start = 0
            while start < len(at(tree, path, [])) and search.tries:
                whole = at(tree, path, [])
                cut = search.accepted(with_value(tree, path, whole[:start] + whole[start + size :]), tree)
                start += size * (cut is tree)
                tree = cut
            size //= 2
    return tree


def fewer_keys(search: Search, tree: Tree) -> Tree:
    """Settings fall back to their defaults; roles, zones and streams go."""
    for path in reversed([path for path, _ in nodes(tree) if path and isinstance(path[-1], str)]):
        if path[0] != PERIOD and at(tree, path, MISSING) is not MISSING:
            tree = search.accepted(without(tree, path), tree)
    return tree


def plainer_values(search: Search, tree: Tree) -> Tree:
    """Numbers become plain ones, distributions constants, choices by acuity one number."""
    for path in reversed([path for path, _ in nodes(tree) if path[:1] != (PERIOD,)]):
        value = at(tree, path, MISSING)
        for plainer in plainer_than(value):
            cut = search.accepted(with_value(tree, path, plainer), tree)
            if cut is not tree:
                tree = cut
                break
    return tree


def plainer_than(value: Any) -> Iterator[Any]:
    """Values to try, plainest first."""
    if isinstance(value, bool):
        if value:
            yield False
    elif isinstance(value, int | float):
        rounded = [0.0, 1.0, 10.0, float(round(value, -1)), float(round(value)), round(value, 1)]
        yield from (number for number in dict.fromkeys(rounded) if len(repr(number)) < len(repr(float(value))))
    elif isinstance(value, list) and len(value) > 1 and all(isinstance(item, float) for item in value):
        yield value[2] if len(value) == 5 else value[:1]
    elif isinstance(value, dict) and value.get("family", "constant") != "constant":
        means = [
            value[name] for name in ("mean", "median", "scale", "mode", "high") if isinstance(value.get(name), float)
        ]
        yield from ({"family": "constant", "value": float(round(mean))} for mean in means[:1])


def nodes(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, Tree]]:
    """Every part of the tree with its path, the whole before its parts."""
    yield path, tree
    if isinstance(tree, dict | list):
        for key, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from nodes(part, (*path, key))


def at(tree: Tree, path: Path, otherwise: Any) -> Any:
    """What stands at the path."""
    try:
        for key in path:
            tree = tree[key]
    except (KeyError, IndexError, TypeError):
        return otherwise
    return tree


def with_value(tree: Tree, path: Path, value: Any) -> Tree:
    """The tree with another value at the path."""
    changed = copy.deepcopy(tree)
    at(changed, path[:-1], None)[path[-1]] = value
    return changed


def without(tree: Tree, path: Path) -> Tree:
    """The tree without the key at the end of the path."""
    changed = copy.deepcopy(tree)
    del at(changed, path[:-1], None)[path[-1]]
    return changed
