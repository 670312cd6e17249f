"""A first column map for an unknown file: what can be seen in it, the rest as questions.

The text is YAML that a calibration reads. It holds names of columns, and words of columns with few of them; values of
columns that may hold names, identities, birth dates or free text are never shown.
"""

import csv
import io
import json
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import duckdb

from sim.io.calendar_days import WEEKDAY_NAMES
from sim.visits.column_map import END_OF_MINUTES, TIME_FIELDS
from sim.visits.column_names import FIELD_WORDS, UNIT_WORDS
from sim.visits.column_profile import ColumnProfile, profiles
from sim.visits.draft_meanings import level, meaning, roles_of
from sim.visits.file_error import VisitsFileError
from sim.visits.raw_table import RawTable, SourceFile, scratch_database

_SEPARATORS: Final = (",", ";", "\t", "|")
_HEAD_BYTES: Final = 1 << 18
_ENCODINGS: Final = ("utf-8", "windows-1252")
_WIDTH: Final = 118
_ACTIVITY: Final = ("activity", "event", "handling", "task", "concept")
_CASE: Final = ("case", "trace", "patient", "visit", "encounter", "stay")
_LIFECYCLE: Final = frozenset(("start", "complete", "schedule", "assign", "suspend", "resume", "begin", "end"))
_WEEKDAY: Final = frozenset(("vdayr", "weekday", "dow", "wday"))
_QUESTION: Final = "  # ?"


def draft_map(path: Path) -> str:
    """The text of a column map for a file; `VisitsFileError` if it is no readable table."""
    with tempfile.TemporaryDirectory(prefix="peered-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        with scratch_database(scratch, [path]) as connection:
            return _Draft(*_loaded(path, connection, scratch)).text()


def _loaded(path: Path, connection: duckdb.DuckDBPyConnection, scratch: Path) -> tuple[SourceFile, RawTable]:
    """Every column of the file, in the encoding and with the separator that read it."""
    head = SourceFile(path, connection, scratch).head(_HEAD_BYTES)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS if _is_utf8(head) else _ENCODINGS[1:]
    for encoding in encodings:
        source = SourceFile(path, connection, scratch, _separator(head.decode(encoding, "replace")), encoding)
        try:
            raw = source.load((), "raw", lambda _: True)
            return source, source.load(raw.header, "again") if raw.header and not raw.column_of else raw
        except VisitsFileError as error:
            if encoding == encodings[-1] or "encoding" not in str(error):
                raise
    raise AssertionError("unreachable: there is an encoding")


def _is_utf8(head: bytes) -> bool:
    """Whether the bytes are UTF-8, the last character perhaps cut."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4
    return True


def _separator(text: str) -> str:
    """The sign by which the first lines have equally many cells, the most of them."""
    lines = text.splitlines()[:50]

    def score(sign: str) -> tuple[float, int]:
        rows = [row for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=sign) if row]
        width = len(rows[0]) if rows else 0
        alike = sum(len(row) == width for row in rows) / max(len(rows), 1)
        return (round(alike, 1) if width > 1 else 0.0, width)

    return max(_SEPARATORS, key=score)


def quoted(text: str) -> str:
    """Text as a scalar of YAML, in quotes unless it is a plain name."""
    plain = text.replace("_", "").isascii() and text.replace("_", "").isalnum() and text[0].isalpha()
    if plain and text.lower() not in ("null", "true", "false", "yes", "no", "on", "off", "y", "n"):
        return text
    return _in_quotes(text)


def _in_quotes(text: str) -> str:
    """Text in quotes as YAML and JSON have it."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


class _Draft:
    """A map on its way to being written: lines of comments above, lines of keys below."""

    def __init__(self, source: SourceFile, raw: RawTable) -> None:
        self.source, self.raw, self.columns = source, raw, profiles(source.connection, raw)
        self.roles = roles_of(self.columns)
        self.questions: list[str] = []
        self.notes: dict[str, str] = {}

    def text(self) -> str:
        """The whole draft."""
        keys = [*self._how_it_is_written(), ""]
        log = self._log_columns()
        keys += list(self._log(*log)) if log is not None else [*self._arrival(), *self._fields()]
        head = [
            f"# Draft of a column map, made from {quoted(self.source.path.name)}: {self.raw.n_rows:,} rows, "
            f"{len(self.columns)} columns.",
            "# Answer what has a question mark, save it as FOLDER/visits/NAME.yaml, and give:",
            "# peered --config-dir FOLDER study=calibrate visits=FILE study.map=NAME",
            "#",
        ]
        wrapper = textwrap.TextWrapper(
            _WIDTH, initial_indent="# ? ", subsequent_indent="#   ", break_long_words=False, break_on_hyphens=False
        )
        asked = [line for question in self.questions for line in wrapper.wrap(question)]
        return "\n".join([*head, *asked, *(["#"] if asked else []), *self._seen(), *keys, ""])

    def _ask(self, question: str) -> None:
        self.questions.append(question)

    def _seen(self) -> Iterator[str]:
        """A line for each column: what it holds, and what it is taken for."""
        yield "# What the columns hold, and what each is taken for:"
        taken: dict[str, list[str]] = {}
        for field, column in [*self.roles.column.items(), *self.roles.time_of_date.items()]:
            taken.setdefault(column.name, []).append(field)
        for beside in (self.roles.hour, self.roles.count):
            if beside is not None:
                taken.setdefault(beside.name, []).append("arrival")
        for column in self.columns:
            use = ", ".join(dict.fromkeys(taken.get(column.name, []))) or self.notes.get(column.name, "not used")
            yield f"#   {quoted(column.name)}: {column.line()} -> {use}"

    def _how_it_is_written(self) -> Iterator[str]:
        """Separator, encoding, decimal sign, codes for missing, formats of times, zone."""
        used = [*self.roles.column.values(), *self.roles.time_of_date.values()]
        if self.source.separator != ",":
            yield f"separator: {json.dumps(self.source.separator)}"
        if self.source.encoding != "utf-8":
            yield f"encoding: {self.source.encoding}"
        if any(column.has_comma and not column.is_whole for column in used):
            yield 'decimal: ","'
        missing = list(dict.fromkeys(code for column in used for code in column.missing))
        if missing:
            yield f"missing_codes: [{', '.join(map(_in_quotes, missing))}]"
        times = [column for column in self.columns if column.kind in ("time", "date") and column in used]
        formats = list(dict.fromkeys(pattern for column in times for pattern in column.formats))
        if formats:
            if any(not column.formats for column in times):
                formats += ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]
            yield f"time_format: [{', '.join(json.dumps(pattern) for pattern in formats)}]"
        unsure = [quoted(column.name) for column in times if column.is_unsure]
        if unsure:
            self._ask(
                f"time_format: day and month can stand in either order in {', '.join(unsure)}; correct the pattern."
            )
        if any(column.has_offset for column in times):
            yield f"time_zone: UTC{_QUESTION} of the department, as America/Toronto"
            self._ask("time_zone: the times have UTC offsets; name the zone of the department in place of UTC.")

    # --- visits ---

    def _arrival(self) -> Iterator[str]:
        """The key `arrival`, or a question where there is none."""
        roles, arrival = self.roles, self.roles.column.get("arrival")
        if arrival is None:
            yield from self._arrival_by_weekday()
            return
        column = quoted(arrival.name)
        if "arrival" in roles.unsure:
            self._ask(f"arrival: is {column} the time of arrival?")
        time = roles.time_of_date.get("arrival")
        if roles.count is not None:
            where = f"date: {column}" if arrival.kind == "date" else f"time: {column}"
            hour = f", hour: {quoted(roles.hour.name)}" if roles.hour else ""
            yield f"arrival: {{kind: counts, count: {quoted(roles.count.name)}, {where}{hour}}}"
        elif time is not None:
            yield f"arrival: {{kind: parts, date: {column}, time: {quoted(time.name)}}}"
        elif roles.hour is not None:
            yield f"arrival: {{kind: parts, date: {column}, hour: {quoted(roles.hour.name)}}}"
        elif arrival.kind == "date":
            yield f"# arrival: {{kind: parts, date: {column}, time: ...}}{_QUESTION} no time of day was found"
            self._ask(f"arrival: {column} is a date alone; name the column of the time of day beside it.")
        else:
            yield f"arrival: {{kind: timestamp, column: {column}}}"

    def _arrival_by_weekday(self) -> Iterator[str]:
        """A time of day with a code of the weekday, as in surveys."""
        weekday = next((each for each in self.columns if each.tokens & _WEEKDAY and 0 < each.n_different <= 8), None)
        time = next((each for each in self.columns if each.kind == "time of day"), None)
        if weekday is None or time is None:
            yield "# arrival: {kind: timestamp, column: ...}  # ? no column of arrival times was found"
            self._ask("arrival: no column of arrival times was found; name it.")
            return
        first_day = "sunday" if weekday.name == "VDAYR" else WEEKDAY_NAMES[0]
        code = f"{{column: {quoted(weekday.name)}, first_code: {weekday.least:g}, first_day: {first_day}}}"
        self._ask(f"arrival: which day is the code {weekday.least:g} of {quoted(weekday.name)}?")
        parts = "".join(
            f", {part}: {quoted(each.name)}"
            for part in ("year", "month")
            for each in self.columns
            if any(word.endswith(part) for word in each.tokens) and each.kind == "number" and each.n_different <= 50
        )
        yield f"arrival: {{kind: parts, time: {quoted(time.name)}, weekday: {code}{parts}}}{_QUESTION} first_day"
        self.notes |= {weekday.name: "arrival", time.name: "arrival"}

    def _fields(self) -> Iterator[str]:
        """Every other key."""
        yield from self._identities()
        for field in TIME_FIELDS:
            if field in self.roles.column:
                date, time = self.roles.column[field], self.roles.time_of_date.get(field)
                both = f"{{date: {quoted(date.name)}, time: {quoted(time.name)}}}" if time else quoted(date.name)
                yield f"{field}: {both}"
        for field in (*END_OF_MINUTES, "age"):
            if field in self.roles.column:
                yield from self._number(field, self.roles.column[field])
        if "acuity" in self.roles.column:
            column = self.roles.column["acuity"]
            yield from self._recoded("acuity", column, {word: level(word) for word in sorted(self._said(column))})
        for field in ("disposition", "mode", "stream"):
            if field in self.roles.column:
                column = self.roles.column[field]
                meanings = {word: meaning(field, word, column.name) for word in self._said(column)}
                yield from self._recoded(field, column, meanings)
        for column in self.columns:
            if column.tokens & set(FIELD_WORDS["weight"]) and column.name not in self.roles.taken():
                doubt = "only if it is the survey weight of the visit, not of the body"
                yield f"# weight: {quoted(column.name)}{_QUESTION} {doubt}"

    def _identities(self) -> Iterator[str]:
        """Visit, patient, site."""
        visit, patient, site = (self.roles.column.get(name) for name in ("visit", "patient", "site"))
        if visit is not None:
            rows = f"{_QUESTION} several rows share one: a row a diagnosis?" if self.roles.repeats else ""
            yield f"visit: {quoted(visit.name)}{rows}"
            if self.roles.repeats:
                self._ask(f"visit: rows with the same {quoted(visit.name)} are read as one visit; is it one?")
        if patient is not None:
            yield f"patient: {quoted(patient.name)}"
        if site is not None and "arrival" not in self.roles.column:  # a survey: no days on which they are side by side
            yield f"cluster: [{quoted(site.name)}]"
        elif site is not None:
            yield f"site: {quoted(site.name)}"
            if site.n_different > 1:
                yield f"# only: {{{quoted(site.name)}: ...}}{_QUESTION} the site to calibrate, of {site.n_different:,}"
                self._ask(f"only: the file has {site.n_different:,} sites; choose one.")

    def _number(self, field: str, column: ColumnProfile) -> Iterator[str]:
        """A column of numbers with its unit, by its name or its median."""
        end = END_OF_MINUTES.get(field)
        if end in self.roles.column:
            del self.roles.column[field]
            self.notes[column.name] = f"not used, {end} gives it"
            return
        unit = next((unit for unit, words in UNIT_WORDS.items() if column.tokens & set(words)), None)
        likely = unit or _likely_unit(field, column)
        if likely is None:
            yield f"{field}: {quoted(column.name)}"
            return
        doubt = "" if unit else f"{_QUESTION} by its median, {column.median:g}"
        yield f"{field}: {{column: {quoted(column.name)}, unit: {likely}}}{doubt}"
        if not unit:
            self._ask(f"{field}: by its median {quoted(column.name)} is of {likely}; is it?")

    def _said(self, column: ColumnProfile) -> list[str]:
        """The words of a column but its codes for missing."""
        return [word for word in column.words if word not in column.missing]

    def _recoded(self, field: str, column: ColumnProfile, meanings: Mapping[str, str | int | None]) -> Iterator[str]:
        """A column of words and a line for each of them."""
        yield f"{field}:"
        yield f"  column: {quoted(column.name)}"
        yield "  recode:"
        for word, found in meanings.items():
            rows = f"{column.words[word]:,} row{'s' if column.words[word] != 1 else ''}"
            doubt = f"{_QUESTION} {rows}" if found is None else f"  # {rows}"
            yield f"    {_in_quotes(word)}: {'null' if found is None else found}{doubt}"
        unclear = sum(found is None for found in meanings.values())
        if unclear:
            self._ask(f"{field}: {unclear} of its {len(meanings)} words have no known meaning; say what each means.")

    # --- logs ---

    def _log_columns(self) -> tuple[ColumnProfile, ColumnProfile, ColumnProfile] | None:
        """Case, activity and time of a log with one row an event; None for a table of visits."""
        times = [column for column in self.columns if column.kind == "time"]
        activities = [
            c
            for c in self.columns
            if c.tokens & set(_ACTIVITY) and 1 < c.n_different <= 200 and c.kind in ("words", "text")
        ]
        activities = [column for column in activities if "case" not in column.tokens]
        cases = [
            column
            for word in _CASE
            for column in self.columns
            if word in column.tokens and column.kind != "time" and 1.5 * column.n_different < column.n_filled
        ]
        if len(times) != 1 or not activities or not cases:
            return None
        return cases[0], activities[0], times[0]

    def _log(self, case: ColumnProfile, activity: ColumnProfile, time: ColumnProfile) -> Iterator[str]:
        """The keys of a log: the activity that most cases begin with, and that most end with."""
        lifecycle = next((c for c in self.columns if c.words and {w.lower() for w in c.words} <= _LIFECYCLE), None)
        first, last = (self._activity_at(case, activity, time, end) for end in ("arg_min", "arg_max"))
        starts, ends = "", ""
        if lifecycle is not None and {"start", "complete"} <= {word.lower() for word in lifecycle.words}:
            starts, ends = ", lifecycle: start", ", lifecycle: complete"
        self._ask(f"events: are {json.dumps(first)} and {json.dumps(last)} the arrival and the departure?")
        yield "arrival: {kind: events}"
        yield "events:"
        yield f"  case: {quoted(case.name)}"
        yield f"  activity: {quoted(activity.name)}"
        yield f"  time: {quoted(time.name)}"
        if lifecycle is not None:
            yield f"  lifecycle: {quoted(lifecycle.name)}"
        yield f"  arrival: {{activity: {json.dumps(first)}{starts}}}{_QUESTION} that of most cases' first event"
        yield f"  departure_time: {{activity: {json.dumps(last)}, which: last{ends}}}{_QUESTION} the last of most"
        yield "  # triage_time: {activity: ...}"
        yield "  # physician_time: {activity: ...}"
        self.notes |= {case.name: "events.case", activity.name: "events.activity", time.name: "events.time"}
        self.roles.column.clear()

    def _activity_at(self, case: ColumnProfile, activity: ColumnProfile, time: ColumnProfile, end: str) -> str:
        """The activity of the first (`arg_min` of the time) or the last event of most cases."""
        found = self.source.connection.execute(
            f"SELECT a, count(*) FROM (SELECT {end}({activity.ours}, ({time.ours}, row)) AS a "
            f"FROM {self.raw.name} WHERE {case.ours} IS NOT NULL AND {activity.ours} IS NOT NULL "
            f"GROUP BY {case.ours}) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
        ).fetchone()
        return str(found[0]) if found else ""


def _likely_unit(field: str, column: ColumnProfile) -> str | None:
    """The unit by the median, None where it is that of the field."""
    if field == "age":
        return "months" if column.most > 120 and column.median > 25 else None
    if field == "stay_minutes" and 0 < column.median < 15:
        return "hours"
    return "seconds" if column.median > 2880 else None
