"""Hostile results folders, and hostile questions asked of a sound one."""

import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.attacks.attack import (
    ROOT,
    Answer,
    Attack,
    Build,
    Expected,
    Place,
    accepted,
    both,
    failed,
    family,
    pipe,
    refused,
    refused_or_accepted,
    refused_with_number,
    warned,
)
from tests.explorer_file import columns_of

results = family("results folders")
SHOW = "study=results run=received/sweep"
GO_ON = (
    "-m staffing=traditional,peer_added study.weeks=1 study.warm_up_weeks=0 study.replications=2 output=received/sweep"
)
MADE_BY_GOING_ON = ("desk/received/sweep", "desk/received/sweep/*")


def copied(place: Place) -> None:
    """The sound sweep, as if a colleague had sent it."""
    assert place.sweep is not None
    shutil.copytree(place.sweep, place.received / "sweep")


def changed(change: Callable[[Path], None]) -> Build:
    """The sweep with something changed in its folder."""
    return both(copied, lambda place: change(place.received / "sweep"))


def facts(**more: Any) -> Build:
    """The sweep with other facts in run.json."""

    def change(folder: Path) -> None:
        found = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        (folder / "run.json").write_text(json.dumps(found | more), encoding="utf-8")

    return changed(change)


def without(*keys: str) -> Build:
    """The sweep without some facts."""

    def change(folder: Path) -> None:
        found = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        (folder / "run.json").write_text(
            json.dumps({k: v for k, v in found.items() if k not in keys}), encoding="utf-8"
        )

    return changed(change)


def content(name: str, text: str | bytes) -> Build:
    """The sweep with another content of one of its files."""
    return changed(
        lambda folder: (folder / name).write_bytes(text.encode() if isinstance(text, str) else text) and None
    )


def instead(name: str, target: str) -> Build:
    """The sweep with a link in place of one of its files or folders."""

    def build(place: Place) -> None:
        copied(place)
        path = place.received / "sweep" / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target.replace(ROOT, str(place.root)))

    return build


def rewritten(name: str, query: str) -> Build:
    """The sweep with a table written anew by a query over itself, `t`; a part is named by the hash of its bytes."""

    def change(folder: Path) -> None:
        import duckdb

        source = part_of(folder) if name == "part" else folder / name
        fresh = folder / "fresh"
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet('{source}')")
            connection.execute(f"COPY ({query}) TO '{fresh}' (FORMAT parquet)")
        if name == "part":
            source.unlink()
            os.replace(fresh, source.with_name(part_name(fresh.read_bytes())))
        else:
            os.replace(fresh, source)

    return changed(change)


def part_of(folder: Path) -> Path:
    return next(iter(sorted((folder / "parts").glob("*.parquet"))))


def part_name(bytes_of_it: bytes, numbers: str = "000001") -> str:
    """The name a part has if nobody has damaged it."""
    return f"{numbers}-{sha256(bytes_of_it).hexdigest()[:16]}.parquet"


def part(bytes_of_it: bytes) -> Build:
    """The sweep with a further part, rightly named."""
    return changed(
        lambda folder: (folder / "parts" / part_name(bytes_of_it, "000009")).write_bytes(bytes_of_it) and None
    )


def shown(what: str, expected: Expected, build: Build, **more: Any) -> Attack:
    """A received folder whose table is asked for."""
    return results(what, SHOW, expected, build, **more)


def gone_on(what: str, expected: Expected, build: Build, **more: Any) -> Attack:
    """A received folder in which a sweep goes on."""
    return results(what, GO_ON, expected, build, writes=MADE_BY_GOING_ON, **more)


INJECTED = "1; COPY (SELECT 'x') TO '../outside/planted_code_ran'; --"
UNKNOWN = refused("received/sweep")
CLEAN = "\x1b]0;owned\x07[/blue]$\\frac{$<script>"


def labels(text: str) -> Build:
    """The sweep with this text in every label."""
    quoted = text.replace("'", "''")
    return both(
        rewritten("scenarios.parquet", f"SELECT * REPLACE (label || ' x={quoted}' AS label) FROM t"),
    )


def injected_part(place: Place) -> None:
    """A part of another sweep whose name says that it holds the parts of this one."""
    copied(place)
    folder = place.received / "sweep"
    rewritten_rows = part_of(folder)
    import duckdb

    fresh = folder / "parts" / "fresh"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * REPLACE ('other' AS scenario) FROM read_parquet('{rewritten_rows}')) TO '{fresh}' (FORMAT parquet)"
        )
    os.replace(fresh, fresh.with_name(part_name(fresh.read_bytes(), "000001-000099")))


def four_runs(answer: Answer, place: Place) -> list[str]:
    """No run was lost or played again."""
    return [] if "4 of 4 runs are there already" in answer.text else ["runs of the folder were lost"]


RUNS = [
    shown("a sound folder", accepted("staffing=traditional"), copied),
    shown("a seed that is SQL", refused("seed"), facts(seed=INJECTED)),
    shown("replications that are SQL", refused("replications"), facts(replications=INJECTED)),
    shown(
        "a code that is SQL",
        refused_or_accepted("code"),
        facts(code="x'; COPY (SELECT 1) TO '../outside/planted_code_ran'; --"),
    ),
    shown("a code that leads outside", refused_or_accepted("code"), facts(code="../../../../outside")),
    shown("a confidence that is a text", refused("confidence"), facts(confidence="0.95); DROP TABLE x")),
    shown("a confidence of two", refused("confidence"), facts(confidence=2)),
    shown("a confidence that is no number", refused("confidence"), facts(confidence=float("nan"))),
    shown("a seed that is a truth", refused("seed"), facts(seed=True)),
    shown("a seed below nothing", refused("seed"), facts(seed=-1)),
    shown("a seed of a thousand digits", refused("seed"), facts(seed=10**1000)),
    shown("replications below nothing", refused("replications"), facts(replications=-1)),
    shown("replications as a list", refused("replications"), facts(replications=[2])),
    shown("a million million replications", refused("replications"), facts(replications=10**12)),
    shown("a million replications", refused_or_accepted("replications"), facts(replications=10**6)),
    shown("a command that is a text", refused("command"), facts(command="rm -rf /")),
    shown("a command of numbers", refused("command"), facts(command=[1, None])),
    shown("a command with escape characters", accepted("staffing"), facts(command=["peered", CLEAN])),
    shown("a command with a line end", accepted("staffing"), facts(command=["peered", "a\nresults are in /"])),
    shown("a question of another kind", refused("asked"), facts(asked=[1])),
    shown("an unknown precision", refused("precision"), facts(asked={"precision": {"x": {"half_width": "NaN"}}})),
    shown("an unknown best", refused("no measure"), facts(asked={"best": CLEAN})),
    shown("no seed", refused("seed"), without("seed")),
    shown("no command", refused("command"), without("command")),
    shown("no confidence", refused("confidence"), without("confidence")),
    shown("no facts", UNKNOWN, changed(lambda folder: (folder / "run.json").unlink())),
    shown("facts that are empty", UNKNOWN, content("run.json", "")),
    shown("facts that are a list", UNKNOWN, content("run.json", "[1, 2]")),
    shown("facts that are no JSON", UNKNOWN, content("run.json", "{'a': __import__('os')}")),
    shown("facts in UTF-16", UNKNOWN, content("run.json", "{}".encode("utf-16"))),
    shown("facts a hundred thousand deep", UNKNOWN, content("run.json", "[" * 100_000)),
    shown("facts with a number of ten thousand digits", UNKNOWN, content("run.json", '{"seed": ' + "9" * 10_000 + "}")),
    shown(
        "facts of a terabyte",
        refused_with_number("received/sweep"),
        changed(lambda folder: os.truncate(folder / "run.json", 1 << 40)),
    ),
    shown("facts that are a pipe", UNKNOWN, both(copied, pipe("received/sweep/run.json"))),
    shown("facts without end", UNKNOWN, instead("run.json", "/dev/zero")),
    shown("facts that are outside", UNKNOWN, instead("run.json", "ROOT/outside/secret.txt")),
    shown("scenarios that are garbage", refused("received/sweep"), content("scenarios.parquet", os.urandom(100))),
    shown(
        "scenarios cut short",
        refused("received/sweep"),
        changed(lambda f: os.truncate(f / "scenarios.parquet", 200)),
    ),
    shown(
        "scenarios that are a pipe",
        refused("received/sweep"),
        both(copied, pipe("received/sweep/scenarios.parquet")),
    ),
    shown("no scenarios", refused("received/sweep"), changed(lambda folder: (folder / "scenarios.parquet").unlink())),
    shown(
        "scenarios without label",
        refused("received/sweep"),
        rewritten("scenarios.parquet", "SELECT * EXCLUDE (label) FROM t"),
    ),
    shown(
        "scenarios of numbers",
        refused("received/sweep"),
        rewritten("scenarios.parquet", "SELECT 1 AS scenario, 2 AS label, 3 AS place, 4 AS content"),
    ),
    shown(
        "scenarios without a name",
        refused("received/sweep"),
        rewritten("scenarios.parquet", "SELECT * REPLACE (NULL AS scenario) FROM t"),
    ),
    shown(
        "places that are texts",
        refused("received/sweep"),
        rewritten("scenarios.parquet", "SELECT * REPLACE ('x' AS place) FROM t"),
    ),
    shown(
        "scenarios twice",
        refused("received/sweep"),
        rewritten("scenarios.parquet", "SELECT * FROM t UNION ALL SELECT * FROM t"),
    ),
    shown(
        "scenarios with other content",
        refused("received/sweep"),
        rewritten("scenarios.parquet", "SELECT * REPLACE ('{' AS content) FROM t"),
    ),
    shown("no scenario at all", refused("received/sweep"), rewritten("scenarios.parquet", "SELECT * FROM t LIMIT 0")),
    shown(
        "three million scenarios",
        refused("received/sweep"),
        rewritten(
            "scenarios.parquet",
            "SELECT n::VARCHAR AS scenario, n::VARCHAR AS label, n AS place, '{}' AS content FROM range(3000000) AS r(n)",
        ),
    ),
    shown("labels with escape characters", accepted("staffing=traditional"), labels(CLEAN)),
    shown("labels of a million characters", refused_or_accepted("label"), labels("a" * 1_000_000)),
    shown("labels with line ends", accepted("staffing=traditional"), labels("a\nresults are in /\n")),
    shown(
        "a part that is garbage", warned("damaged"), content("parts/000009-0123456789abcdef.parquet", os.urandom(64))
    ),
    shown("a part that is garbage and rightly named", refused_or_accepted("received/sweep"), part(os.urandom(64))),
    shown("a part that is empty and rightly named", refused_or_accepted("received/sweep"), part(b"")),
    shown("a part of other columns", refused_or_accepted("received/sweep"), rewritten("part", "SELECT 1 AS a, 2 AS b")),
    shown(
        "a part of texts as values",
        refused_or_accepted("received/sweep"),
        rewritten("part", "SELECT * REPLACE ('x' AS value) FROM t"),
    ),
    shown(
        "replications beyond reason in a part",
        refused_or_accepted("received/sweep"),
        rewritten("part", "SELECT * REPLACE (4611686018427387904::BIGINT AS replication) FROM t"),
    ),
    shown(
        "replications below nothing in a part",
        refused_or_accepted("received/sweep"),
        rewritten("part", "SELECT * REPLACE (-3 AS replication) FROM t"),
    ),
    shown(
        "replications that are no number in a part",
        refused_or_accepted("received/sweep"),
        rewritten("part", "SELECT * REPLACE ('NaN'::DOUBLE AS replication) FROM t"),
    ),
    shown(
        "values beyond all numbers",
        refused_or_accepted("received/sweep"),
        rewritten("part", "SELECT * REPLACE ('inf'::DOUBLE AS value) FROM t"),
    ),
    shown(
        "no measure",
        refused_or_accepted("received/sweep"),
        rewritten("part", "SELECT * REPLACE (NULL AS measure) FROM t"),
    ),
    shown(
        "a measure with escape characters",
        refused_or_accepted("received/sweep"),
        rewritten("part", f"SELECT * REPLACE (measure || '{CLEAN}' AS measure) FROM t"),
    ),
    shown(
        "a status of another kind",
        refused_or_accepted("received/sweep"),
        rewritten("part", "SELECT * REPLACE ('x' AS status) FROM t"),
    ),
    shown(
        "a failure with escape characters",
        refused_or_accepted("received/sweep"),
        rewritten("part", f"SELECT * REPLACE ('failed' AS status, 'Error: {CLEAN}' AS traceback) FROM t"),
    ),
    shown(
        "a part that is a pipe",
        refused_or_accepted("received/sweep"),
        both(copied, pipe("received/sweep/parts/000009-0123456789abcdef.parquet")),
    ),
    shown(
        "a part that is a folder",
        refused_or_accepted("received/sweep"),
        changed(lambda f: (f / "parts/000009-0123456789abcdef.parquet").mkdir()),
    ),
    shown(
        "a part that is endless",
        refused_or_accepted("received/sweep"),
        instead("parts/000009-0123456789abcdef.parquet", "/dev/zero"),
    ),
    shown("no parts", accepted("staffing=traditional"), changed(lambda folder: shutil.rmtree(folder / "parts"))),
    shown(
        "parts that are a file",
        refused_or_accepted("received/sweep"),
        changed(lambda f: (shutil.rmtree(f / "parts"), (f / "parts").write_text("x"), None)[2]),
    ),
    shown(
        "adjusted means that are garbage",
        refused_or_accepted("controlled.parquet"),
        content("controlled.parquet", b"x"),
    ),
    shown(
        "adjusted means that are a pipe",
        refused_or_accepted("controlled.parquet"),
        both(copied, pipe("received/sweep/controlled.parquet")),
    ),
    results(
        "visits that are garbage",
        (*SHOW.split(), "table=visits"),
        refused("visits"),
        changed(lambda folder: [path.write_bytes(b"x") for path in (folder / "visits").rglob("*.parquet")] and None),
    ),
    results("a folder that is a file", "study=results run=thesis.md", refused("thesis.md")),
    results("a folder that is not there", "study=results run=nowhere", refused("nowhere")),
    results(
        "a folder that is a pipe", "study=results run=received/pipe", refused("received/pipe"), pipe("received/pipe")
    ),
    results("a folder of the web", "study=results run=https://127.0.0.1:9/x", refused("run")),
    results("a folder whose name is a pattern", "study=results run=received/*", refused("run"), copied),
    gone_on("a part of another sweep that claims ours", accepted(also=four_runs), injected_part),
    gone_on(
        "a lock that is a pipe",
        refused_or_accepted("sweep"),
        both(copied, lambda p: (p.received / "sweep/.lock").unlink(missing_ok=True), pipe("received/sweep/.lock")),
    ),
    gone_on("a lock that leads outside", refused_or_accepted("sweep"), instead(".lock", "ROOT/outside/made")),
    gone_on("a log that leads outside", refused_or_accepted("sweep"), instead("sweep.log", "ROOT/outside/plan.csv")),
    gone_on(
        "a log that is a pipe",
        refused_or_accepted("sweep"),
        both(
            copied, lambda p: (p.received / "sweep/sweep.log").unlink(missing_ok=True), pipe("received/sweep/sweep.log")
        ),
    ),
    gone_on(
        "a draft of a table that leads outside",
        refused_or_accepted("sweep"),
        instead(".estimates.parquet.partial", "ROOT/outside/plan.csv"),
    ),
    gone_on(
        "a draft of the facts that leads outside",
        refused_or_accepted("sweep"),
        instead(".run.json.partial", "ROOT/outside/plan.csv"),
    ),
    gone_on("parts that lead outside", refused_or_accepted("sweep"), instead("parts", "ROOT/outside")),
    gone_on(
        "a draft of a part that leads outside",
        refused_or_accepted("sweep"),
        both(instead("parts/.new", "ROOT/outside/plan.csv"), lambda p: part_of(p.received / "sweep").unlink()),
    ),
    gone_on("facts that are SQL, played on", refused_or_accepted("sweep"), facts(seed=INJECTED)),
    gone_on(
        "scenarios that are garbage, played on",
        refused_or_accepted("sweep"),
        content("scenarios.parquet", os.urandom(100)),
    ),
    gone_on(
        "scenarios of other columns, played on",
        refused_or_accepted("sweep"),
        rewritten("scenarios.parquet", "SELECT 1 AS a"),
    ),
]


# --- as one page to be explored

TAGS = '</script><img src=x onerror="alert(1)">'
SHELL = ["peered", "-m", "staffing=traditional,peer_added", "executor.address=tcp://elsewhere:1", "study.x=$(touch y)"]


def explored(what: str, expected: Expected, build: Build, **more: Any) -> Attack:
    """A received folder of which an explorer is made."""
    return results(what, f"{SHOW} export=e.html", expected, build, **more)


def harmless_page(answer: Answer, place: Place) -> list[str]:
    """No name became a tag, and no command has a word that a shell acts on, or that sends runs away."""
    path = place.work / "e.html"
    if not path.is_file():
        return ["e.html was not written"]
    text = path.read_text(encoding="utf-8")
    commands = " ".join(columns_of(path)["commands"])
    found = ["a tag of theirs" for tag in ("<img", "\x1b") if tag in text]
    found += ["a script too many"] * (text.count("</script>") != 2)
    return found + [f"{word} was handed on" for word in ("$(", "`", "executor", "elsewhere") if word in commands]


def table_of_one_column(folder: Path) -> None:
    """A table of intervals with the assumptions that has none."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 'x' AS staffing) TO '{folder / 'assumptions.parquet'}' (FORMAT parquet)")


EXPLORED = [
    explored("names that end a script, explored", accepted(also=harmless_page), labels(TAGS), writes=("desk/e.html",)),
    explored("names that steer, explored", accepted(also=harmless_page), labels(CLEAN), writes=("desk/e.html",)),
    explored(
        "a command for a shell, explored", accepted(also=harmless_page), facts(command=SHELL), writes=("desk/e.html",)
    ),
    explored("assumptions that are garbage", refused("assumptions"), content("assumptions.parquet", os.urandom(200))),
    explored(
        "assumptions of other columns",
        refused("assumptions"),
        changed(table_of_one_column),
    ),
]


# --- questions

queries = family("queries")


def query(what: str, text: str, expected: Expected | None = None, *more: str, **settings: Any) -> Attack:
    """A question in SQL of a sound sweep."""
    return queries(what, (*SHOW.split(), f"query={text}", *more), expected or refused("query"), copied, **settings)


def cells_of(path: Path) -> list[str]:
    """Texts of a table that was written, of a sheet with their marks of XML."""
    if path.suffix == ".csv":
        return [line.lstrip('"') for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    with zipfile.ZipFile(path) as book:
        texts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
    return [cell for text in texts for cell in re.split("(?=<f>)|(?=\x1b)", text)]


def exported(name: str) -> Callable[[Answer, Place], list[str]]:
    """No cell of the file that was written is a formula or holds an escape character."""

    def complaints(answer: Answer, place: Place) -> list[str]:
        path = place.work / name
        if not path.is_file():
            return [f"{name} was not written"]
        texts = cells_of(path)
        found = ["an escape character was written" for text in texts if "\x1b" in text]
        return found + ["a formula was written" for text in texts if text.startswith(("=", "+", "@", "<f>"))]

    return complaints


QUERIES = [
    query("one that is sound", "SELECT count(*) AS n FROM scenarios", accepted("2")),
    query("the text of a file", "SELECT * FROM read_text('../outside/secret.txt')"),
    query("the bytes of a file", "SELECT * FROM read_blob('../outside/secret.txt')"),
    query("a table of a file", "SELECT * FROM read_csv('../outside/secret.csv')"),
    query("a file by its name", "SELECT * FROM '../outside/secret.csv'"),
    query("an absolute file", "SELECT * FROM read_text('/etc/passwd')"),
    query("the names of files", "SELECT * FROM glob('../**')"),
    query("JSON of a file", "SELECT * FROM read_json('received/sweep/run.json')"),
    query("Parquet of a file", "SELECT * FROM read_parquet('received/sweep/estimates.parquet')"),
    query("the environment", "SELECT getenv('PEERED_SECRET')"),
    query("a file of the web", "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')"),
    query(
        "a file in a part of the question",
        "WITH x AS (SELECT * FROM read_text('../outside/secret.txt')) SELECT * FROM x",
    ),
    query("a file in a subquery", "SELECT (SELECT content FROM read_text('../outside/secret.txt')) FROM scenarios"),
    query("a copy into a file", "COPY (SELECT 1) TO '../outside/planted_code_ran'"),
    query("a database of elsewhere", "ATTACH '../outside/planted_code_ran' AS x"),
    query("an extension to install", "INSTALL httpfs"),
    query("an extension to load", "LOAD httpfs"),
    query("an extension of a file", "LOAD '../outside/secret.txt'"),
    query("a setting", "SET enable_external_access = true"),
    query("a pragma", "PRAGMA database_list"),
    query("a table to make", "CREATE TABLE x AS SELECT 1"),
    query("a table to empty", "DELETE FROM estimates"),
    query("two questions", "SELECT 1; COPY (SELECT 1) TO '../outside/planted_code_ran'"),
    query("a question and a comment", "SELECT 1 AS n -- ; DROP TABLE x", accepted("1")),
    query("variables of the program", "SELECT * FROM answer"),
    query("modules of the program", "SELECT * FROM os"),
    query("a variable of another function", "SELECT * FROM connection"),
    query("a call of a setting", "SELECT current_setting('home_directory')", refused_or_accepted("query")),
    query("all settings", "SELECT * FROM duckdb_settings()", refused_or_accepted("query")),
    query("secrets kept", "SELECT * FROM duckdb_secrets()", refused_or_accepted("query")),
    query("the time", "SELECT now() AS t", refused_or_accepted("query")),
    query("a time with its zone", "SELECT TIMESTAMPTZ '2024-01-01 00:00+01' AS t", refused_or_accepted("query")),
    query(
        "intervals, lists, records and bytes",
        "SELECT INTERVAL 1 DAY AS a, [1] AS b, {'x': 1} AS c, 'x'::BLOB AS d",
        refused_or_accepted("query"),
    ),
    query("infinite numbers", "SELECT 'inf'::DOUBLE AS a, 'nan'::DOUBLE AS b, 1/0 AS c", accepted()),
    query("escape characters", "SELECT chr(27) || ']0;owned' || chr(7) AS x, '[/blue]' AS y", accepted("[/blue]")),
    query("escape characters in a name", 'SELECT 1 AS "\x1b[31m"', refused_or_accepted("query")),
    query(
        "a million million rows, interrupted",
        "SELECT count(*) FROM range(1000000) a, range(10000000) b",
        failed("interrupted"),
        interrupted_after=10.0,
    ),
    query(
        "a million million rows to sort, interrupted",
        "SELECT * FROM range(1000000) a, range(1000000) b ORDER BY hash(a.range, b.range)",
        failed("interrupted"),
        interrupted_after=10.0,
    ),
    query(
        "a recursion without end, interrupted",
        "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT max(n) FROM x",
        failed("interrupted"),
        interrupted_after=10.0,
    ),
    query("a text of ten thousand million characters", "SELECT length(repeat('x', 10000000000))", refused("query")),
    query("ten thousand brackets", "SELECT " + "(" * 10_000 + "1" + ")" * 10_000),
    query("nothing", "", accepted("staffing=traditional")),
    query("a comment alone", "-- x"),
    query("no SQL", "rm -rf /"),
    query("NUL written out", "SELECT chr(0) AS x", refused_or_accepted("query")),
    query("an explanation", "EXPLAIN ANALYZE SELECT 1", refused_or_accepted("query")),
    query("a summary", "SUMMARIZE scenarios", refused_or_accepted("query")),
    query(
        "formulas into a table",
        "SELECT '=cmd|'' /C calc''!A0' AS x UNION ALL SELECT chr(27) || '[31m'",
        accepted(also=exported("t.csv")),
        "export=t.csv",
        writes=("desk/t.csv",),
    ),
    query(
        "formulas into a sheet",
        "SELECT '=cmd|'' /C calc''!A0' AS x",
        accepted(also=exported("t.xlsx")),
        "export=t.xlsx",
        writes=("desk/t.xlsx",),
    ),
    query(
        "an export without end",
        "SELECT * FROM range(1000000000000)",
        refused_with_number("export"),
        "export=t.csv",
        file_kib=200_000,
    ),
    query("a file while it exports", "SELECT * FROM read_text('../outside/secret.txt')", None, "export=t.csv"),
    query("a name of an export that is SQL", "SELECT 1 AS n", accepted(), "export=a'b.csv", writes=("desk/a'b.csv",)),
    query("an export of another kind", "SELECT 1 AS n", refused("export"), "export=t.py"),
    query("an export into nowhere", "SELECT 1 AS n", refused("export"), "export=nowhere/t.csv"),
    query(
        "a draft of an export that leads outside",
        "SELECT 1 AS n",
        refused_or_accepted("export"),
        "export=t.csv",
        writes=("desk/t.csv", "desk/.t.csv.partial"),
    ),
]

ALL: list[Attack] = [*RUNS, *EXPLORED, *QUERIES]

_ = failed
