"""Names and numbers as people type them into the cells of a list."""

import re


def name_in(text: str) -> str:
    """A name as configurations write it, from how people do: `Triage nurse` and `triage-nurse` as `triage_nurse`."""
    return "_".join(text.lower().replace("-", " ").replace("_", " ").split())


def number_in(text: str, separator: str) -> float | None:
    """A number from 0 without units; its comma is a decimal one where another `separator` stands between cells."""
    number = text if separator == "," else text.replace(",", ".")
    return float(number) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", number, re.ASCII) else None


def whole_number_in(text: str, most: int) -> int | None:
    """A whole number from 0 to `most`; a spreadsheet may add `.0`."""
    is_whole = re.fullmatch(r"\d{1,6}(\.0+)?", text, re.ASCII) and float(text) <= most
    return int(float(text)) if is_whole else None
