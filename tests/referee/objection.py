"""What the referee says: where, what was done, what the law says.

Why it says so is the business of `replay`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Objection:
    """One departure from the law at one moment (minutes)."""

    time: float
    place: str
    done: str
    law: str

    def __str__(self) -> str:
        return f"{self.time!r} {self.place}: {self.done}; the law: {self.law}"


class Foul(Exception):
    """The replay cannot go on: what the tables show from here on follows from a wrong choice."""

    def __init__(self, objection: Objection) -> None:
        self.objection = objection
        super().__init__(str(objection))
