"""The error of a visits file that cannot be used. What reads such files loads pandas and DuckDB; this does not."""


class VisitsFileError(ValueError):
    """A visits file that cannot be used: every problem at once, each with its place, value and remedy."""

    def __init__(self, path: str, lines: tuple[str, ...]) -> None:
        self.path = path
        self.lines = lines
        count = f"{len(lines)} problem{'s' if len(lines) != 1 else ''}"
        super().__init__("\n".join((f"{path}: {count}", *(f"  - {line}" for line in lines))))
