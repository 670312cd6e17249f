"""Forks on a pathway: which steps stand in their branches, and what is no fork.

How a fork is played is docs/law.md, Forks.
"""

from collections.abc import Iterator

from sim.department.pathway import (
    Choose,
    Delay,
    Fork,
    Pathway,
    SideTask,
    Step,
    Task,
    branches_around,
    parting_steps,
)

MAY_BE_SIDE_BY_SIDE = (Task, SideTask, Delay, Choose)
"""What an emergency department does at once for one child: places, dispositions and stays are one after the other."""


def steps_side_by_side(pathway: Pathway) -> dict[str, tuple[str, int]]:
    """For the steps in branches of forks, also of choices in them: the fork, and the number of the branch from 1."""
    parting = parting_steps(pathway)
    found: dict[str, tuple[str, int]] = {}
    for step in pathway:
        for _, branch in branches_around(step.branch, parting):
            fork = parting[branch]
            if isinstance(fork, Fork):
                found.setdefault(step.name, (fork.name, fork.branches.index(branch) + 1))
    return found


def branches_of_forks(pathway: Pathway) -> dict[str, tuple[str, ...]]:
    """The branches of each fork, by its name."""
    return {step.name: step.branches for step in pathway if isinstance(step, Fork)}


def block_after(pathway: Pathway, fork: Fork) -> int:
    """How many steps right after a fork are in its branches."""
    inside = steps_side_by_side(pathway)
    after = pathway[pathway.index(fork) + 1 :]
    return next((n for n, step in enumerate(after) if not _is_of(fork, step, inside)), len(after))


def _is_of(fork: Fork, step: Step, inside: dict[str, tuple[str, int]]) -> bool:
    """Whether a step is in a branch of the fork."""
    return step.name in inside and inside[step.name][0] == fork.name


def wrong_forks(pathway: Pathway) -> Iterator[str]:
    """What is wrong with the forks of a pathway whose branches have a name each and begin before their steps."""
    inside = steps_side_by_side(pathway)
    for number, fork in enumerate(pathway):
        if not isinstance(fork, Fork):
            continue
        after = pathway[number + 1 :]
        yield from _steps_that_stand_elsewhere(fork, after[block_after(pathway, fork) :], inside)
        within = [step for step in after if _is_of(fork, step, inside)]
        for branch in fork.branches:
            if all(step.branch != branch for step in within):
                yield f"no step is in branch {branch!r} of fork {fork.name!r}: give it one, or take the branch out"
        for step in within:
            if not isinstance(step, MAY_BE_SIDE_BY_SIDE):
                yield (
                    f"step {step.name!r} ({step.kind}) is in a branch of fork {fork.name!r}: tasks, side tasks, delays "
                    f"and choices may be; put it before the fork or behind its branches"
                )
        yield from _cases_in_two_branches(fork, within, inside)


def _steps_that_stand_elsewhere(fork: Fork, behind: Pathway, inside: dict[str, tuple[str, int]]) -> Iterator[str]:
    for step in behind:
        if _is_of(fork, step, inside):
            yield (
                f"step {step.name!r} is in a branch of fork {fork.name!r} and does not stand with it: the steps of all "
                f"its branches come right after the fork, with no other step between them"
            )


def _cases_in_two_branches(fork: Fork, within: list[Step], inside: dict[str, tuple[str, int]]) -> Iterator[str]:
    """A case is opened and continued by one task after the other."""
    branches: dict[str, set[int]] = {}
    for step in within:
        if isinstance(step, Task) and step.contact != "one_off":
            branches.setdefault(step.role, set()).add(inside[step.name][1])
    for role, numbers in branches.items():
        if len(numbers) > 1:
            names = ", ".join(repr(fork.branches[number - 1]) for number in sorted(numbers))
            yield (
                f"tasks of {role} with contact first or continuing are in branches {names} of fork {fork.name!r}: "
                f"keep them in one branch, or give them contact one_off"
            )
