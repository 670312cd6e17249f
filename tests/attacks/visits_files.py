"""Hostile files of visits and column maps: bombs, names that are SQL, and cells that are more than text."""

import gzip
import io
import os
import zipfile
from collections.abc import Callable

from tests.attacks.attack import (
    Answer,
    Attack,
    Build,
    Expected,
    Place,
    accepted,
    both,
    family,
    file,
    folder,
    link,
    nothing,
    pipe,
    refused,
    refused_or_accepted,
    refused_with_number,
    sparse,
)

visits = family("visits files")
HEADER = "t,a\n"
ROW = "2024-01-01 10:00,3\n"
HOURS = "".join(f"2024-01-{1 + n // 24:02d} {n % 24:02d}:00,3\n" for n in range(15 * 24))
TABLE = HEADER + HOURS
MAP = "arrival: {kind: timestamp, column: t}\nacuity: {column: a, recode: {'3': 3}}\ntolerated_share: 0.05\n"
MAP_FILE = "received/visits/ours.yaml"
READ = ("study=calibrate", "study.map=ours", "study.hold_out=0", "configs=received", "output=out")


def table(
    what: str, expected: Expected, build: Build, name: str = "v.csv", columns: str = MAP, **more: object
) -> Attack:
    """A file of visits, read through a sound column map."""
    words = (*READ, f"visits=received/{name}")
    return visits(what, words, expected, both(file(MAP_FILE, columns), build), **more)


def named(name: str, content: str | bytes = TABLE) -> Build:
    """A file among those received."""
    return file(f"received/{name}", content)


def column_map(what: str, expected: Expected, text: str | bytes, content: str | bytes = TABLE) -> Attack:
    """A hostile column map of a sound file."""
    words = (*READ, "visits=received/v.csv")
    return visits(what, words, expected, both(file(MAP_FILE, text), named("v.csv", content)))


def packed(n_mib: int) -> bytes:
    """Rows of blanks, a thousandth of that on the disk."""
    stored = io.BytesIO()
    with gzip.open(stored, "wb") as written:
        written.write(HEADER.encode())
        for _ in range(n_mib):
            written.write((f"2024-01-01 10:00,3{' ' * 1000}\n" * 1024).encode())
    return stored.getvalue()


def when_tried(make: Callable[[], Build]) -> Build:
    """What is large is made only for the attack it belongs to."""
    return lambda place: make()(place)


def archive(**members: bytes) -> bytes:
    """A zip archive."""
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            written.writestr(
                name.replace("__", "/").replace("_csv", ".csv").replace("_zip", ".zip").replace("UP", ".."), content
            )
    return stored.getvalue()


def spaces(n_mib: int) -> bytes:
    """Text that packs well."""
    return (HEADER + ROW.replace("\n", " " * 1000 + "\n") * 1024 * n_mib).encode()


def parquet(name: str, query: str) -> Build:
    """A Parquet file with what a query gives."""

    def build(place: Place) -> None:
        import duckdb

        path = place.received / name
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({query}) TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)")

    return build


HOURLY = "(TIMESTAMP '2024-01-01' + to_hours(n::INTEGER))::VARCHAR AS t, '3' AS a FROM range(360) AS r(n)"


def spoilt(name: str, change: Callable[[bytes], bytes]) -> Build:
    """A Parquet file some of whose bytes were changed."""

    def build(place: Place) -> None:
        parquet(name, f"SELECT {HOURLY}")(place)
        path = place.received / name
        path.write_bytes(change(path.read_bytes()))

    return build


def xes(text: str) -> bytes:
    return text.encode()


LOG = '<log xmlns="http://www.xes-standard.org/">'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
EVENT_MAP = (
    "arrival: {kind: events}\nevents: {case: 'case:concept:name', activity: 'concept:name', time: 'time:timestamp', "
    "arrival: {activity: arrival}}\n"
)


def log(what: str, expected: Expected, text: bytes | Callable[[], bytes], name: str = "v.xes") -> Attack:
    """A log of events; a large one is given by what makes it."""
    build = when_tried(lambda: named(name, text())) if callable(text) else named(name, text)
    return table(what, expected, build, name, EVENT_MAP)


def one_demand(answer: Answer, place: Place) -> list[str]:
    """A demand was written, with the visits of this file alone."""
    written = place.out / "demand" / "calibrated.yaml"
    if not written.is_file():
        return ["no demand was written"]
    return [] if "360" in answer.out + written.read_text(encoding="utf-8") else ["not the 360 visits of the file"]


def plain_tables(answer: Answer, place: Place) -> list[str]:
    """No cell of a written table is a formula, no page holds a script, no file a control character."""
    found = []
    for path in sorted(place.out.rglob("*")):
        if path.suffix not in (".csv", ".md", ".yaml", ".svg"):
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".md":  # what stands in a block of code is shown as it is
            text = "".join(text.split("\n```")[::2])
        if "\x1b" in text:
            found.append(f"an escape character in {path.name}")
        if path.suffix == ".md" and "<script" in text:
            found.append(f"a script in {path.name}")
        if path.suffix == ".csv" and any(
            cell.startswith(("=", "@", '"=')) for cell in text.replace("\n", ",").split(",")
        ):
            found.append(f"a formula in {path.name}")
    return found


QUOTE = "a'); COPY (SELECT 1) TO 'planted.csv'; --.csv"

ALL: list[Attack] = [
    table("a sound file", accepted(also=one_demand), named("v.csv")),
    table(
        "a gzip bomb", refused_with_number("v.csv.gz"), when_tried(lambda: named("v.csv.gz", packed(80))), "v.csv.gz"
    ),
    table(
        "a zip bomb",
        refused_with_number("v.zip"),
        when_tried(lambda: named("v.zip", archive(v_csv=spaces(80)))),
        "v.zip",
    ),
    table("a zip in a zip", refused("v.zip"), named("v.zip", archive(v_zip=archive(v_csv=spaces(1)))), "v.zip"),
    table(
        "a zip in a zip by another name",
        refused("v.zip"),
        named("v.zip", archive(v_csv=archive(v_csv=spaces(1)))),
        "v.zip",
    ),
    table(
        "a zip that leads outside",
        refused_or_accepted("v.zip"),
        named("v.zip", archive(UP__UP__outside__x_csv=TABLE.encode())),
        "v.zip",
    ),
    table(
        "a zip of a thousand files",
        refused("v.zip"),
        named("v.zip", archive(**{f"v{n}_csv": b"" for n in range(1000)})),
        "v.zip",
    ),
    table("a zip cut short", refused("v.zip"), named("v.zip", archive(v_csv=TABLE.encode())[:200]), "v.zip"),
    table("a gzip cut short", refused("v.csv.gz"), named("v.csv.gz", gzip.compress(TABLE.encode())[:200]), "v.csv.gz"),
    table("a spreadsheet by another name", refused("v.csv"), named("v.csv", archive(xl__a_csv=b"x"))),
    table("a spreadsheet", refused("v.xlsx"), named("v.xlsx", archive(xl__a_csv=b"x")), "v.xlsx"),
    table("Parquet by another name", refused("v.csv"), named("v.csv", b"PAR1" + b"\0" * 100 + b"PAR1")),
    table("NUL in a cell", refused("v.csv", "NUL"), named("v.csv", b"t,a\n2024-01-01 10:00,\x003\n")),
    table("UTF-16 files", refused("v.csv"), named("v.csv", TABLE.encode("utf-16"))),
    table("half a character in a cell", refused("v.csv"), named("v.csv", TABLE.encode() + b"\xff,3\n")),
    table(
        "a million columns",
        refused_with_number("v.csv"),
        named("v.csv", ",".join(f"c{n}" for n in range(100_000)) + "\n"),
    ),
    table(
        "a line of a hundred million characters",
        refused_with_number("v.csv"),
        when_tried(lambda: named("v.csv", b"t,a\n" + b"x" * 100_000_000)),
    ),
    table("a quote never closed", refused("v.csv"), named("v.csv", HEADER + '"' + ROW * 9000)),
    table("a table of half a terabyte of NUL", refused("v.csv"), sparse("received/v.csv", 1 << 39, b"t,a\n")),
    table("a table that is a pipe", refused("v.csv", "pipe"), pipe("received/v.csv")),
    table("a table without end", refused("v.csv"), link("received/v.csv", "/dev/zero")),
    table("a table that is a folder", refused("v.csv", "folder"), folder("received/v.csv")),
    table("a table that is a link to itself", refused("v.csv"), link("received/v.csv", "v.csv")),
    table("a table that is the environment", refused("v.csv"), link("received/v.csv", "/proc/self/environ")),
    table("a table with a column twice", refused("v.csv"), named("v.csv", "t,a,t\n" + "2024-01-01 10:00,3,x\n")),
    table("a table with rows too long", refused("v.csv"), named("v.csv", HEADER + "2024-01-01 10:00,3,9\n")),
    table("formulas in cells", accepted(also=plain_tables), named("v.csv", TABLE + "=cmd|' /C calc'!A0,3\n")),
    table("escape characters in cells", accepted(also=plain_tables), named("v.csv", TABLE + "\x1b]0;owned\x07,3\n")),
    table(
        "the end of a block of code in a cell",
        accepted(also=plain_tables),
        named("v.csv", TABLE + '"\n```\n<script>alert(1)</script>\n```\n",3\n'),
    ),
    table("a script in a cell", accepted(also=plain_tables), named("v.csv", TABLE + "<script>alert(1)</script>,3\n")),
    table("escape characters in the header", refused("v.csv"), named("v.csv", "\x1b[31mx,a\n" + HOURS)),
    table(
        "an unknown code with escape characters",
        refused_or_accepted("a"),
        named("v.csv", HEADER + HOURS.replace(",3", ",\x1b[2J")),
    ),
    table(
        "times of the year 9999",
        accepted("1 with an untrue value", "a date that stands for a time not known"),
        named("v.csv", TABLE + "9999-12-31 23:59,3\n"),
    ),
    table("times of the year one", refused_or_accepted("v.csv"), named("v.csv", TABLE + "0001-01-01 00:00,3\n")),
    table(
        "visits over eight thousand years",
        refused_with_number("v.csv"),
        named("v.csv", HEADER + "0001-01-01 00:00,3\n" * 200 + "8999-12-31 23:59,3\n" * 200),
    ),
    table("a name that is SQL", accepted(also=one_demand), named(QUOTE), QUOTE),
    table("a name with a line end", accepted(also=plain_tables), named("a\nname: b.csv"), "a\nname: b.csv"),
    table("a name with escape characters", accepted(also=plain_tables), named("\x1b[31ma.csv"), "\x1b[31ma.csv"),
    table("a name in no encoding", refused("UTF-8"), file("received/\udcff.csv", TABLE), "\udcff.csv"),
    table(
        "a column that is SQL",
        accepted(also=one_demand),
        named("v.csv", TABLE.replace("t,a", '"t""; DROP TABLE x; --",a', 1)),
        columns=MAP.replace("column: t}", "column: 't\"; DROP TABLE x; --'}"),
    ),
    table(
        "Parquet with a column that is SQL",
        accepted(also=one_demand),
        parquet("v.parquet", f'SELECT t AS "t"" FROM x; --", a FROM (SELECT {HOURLY})'),
        "v.parquet",
        columns=MAP.replace("column: t}", "column: 't\" FROM x; --'}"),
    ),
    table(
        "Parquet with a name that is SQL",
        accepted(also=one_demand),
        parquet("a'b.parquet", f"SELECT {HOURLY}"),
        "a'b.parquet",
    ),
    table(
        "Parquet with a name that is a pattern",
        accepted(also=one_demand),
        both(parquet("a*.parquet", f"SELECT {HOURLY}"), parquet("ab.parquet", f"SELECT {HOURLY}")),
        "a*.parquet",
    ),
    table("a pattern of Parquet", refused("parquet"), parquet("a.parquet", f"SELECT {HOURLY}"), "*.parquet"),
    table("Parquet that is garbage", refused("v.parquet"), named("v.parquet", os.urandom(100)), "v.parquet"),
    table("Parquet cut short", refused("v.parquet"), spoilt("v.parquet", lambda content: content[:-40]), "v.parquet"),
    table(
        "Parquet with a wrong length of its footer",
        refused("v.parquet"),
        spoilt("v.parquet", lambda content: content[:-8] + b"\xff\xff\xff\x7fPAR1"),
        "v.parquet",
    ),
    table(
        "Parquet with a broken page",
        refused("v.parquet"),
        spoilt("v.parquet", lambda content: content[:30] + bytes(60) + content[90:]),
        "v.parquet",
    ),
    table("Parquet of lists", refused("v.parquet"), parquet("v.parquet", "SELECT [1] AS t, '3' AS a"), "v.parquet"),
    table(
        "Parquet of three million rows",
        refused_or_accepted("v.parquet"),
        parquet("v.parquet", "SELECT '2024-01-01 10:00' AS t, '3' AS a FROM range(3000000)"),
        "v.parquet",
        seconds=120.0,
    ),
    table("Parquet that is a pipe", refused("v.parquet"), pipe("received/v.parquet"), "v.parquet"),
    log(
        "XML that calls for a file",
        refused("v.xes", "document type"),
        xes(f'<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>{LOG}&x;</log>'),
    ),
    log(
        "XML that laughs a thousand million times",
        refused("v.xes", "document type"),
        xes(f'<!DOCTYPE log [<!ENTITY l0 "ha">{LAUGHS}]>{LOG}&l9;</log>'),
    ),
    log(
        "XML with a style of elsewhere",
        refused("v.xes"),
        xes(f'<?xml-stylesheet href="file:///etc/passwd"?>{LOG}</log>'),
    ),
    log("XML a hundred thousand deep", refused_with_number("v.xes"), xes(LOG + "<trace>" * 100_000)),
    log(
        "XML with a value of 20 MiB",
        refused_with_number("v.xes"),
        lambda: xes(f'{LOG}<trace><string key="a" value="{"x" * (20 << 20)}"/>'),
    ),
    log(
        "XML of a pack that grows",
        refused_with_number("v.xes.gz"),
        lambda: gzip.compress(xes(LOG) + b" " * (90 << 20)),
        "v.xes.gz",
    ),
    log("XML cut short", refused("v.xes"), xes(f"{LOG}<trace>")),
    log("XML of another kind", refused("v.xes"), xes("<html/>")),
    visits(
        "an address of the web",
        (*READ[:1], "study.map=peered", "visits=https://127.0.0.1:9/v.parquet", "output=out"),
        refused("No such file"),
        nothing,
    ),
    visits(
        "an address of a bucket",
        (*READ[:1], "study.map=peered", "visits=s3://a/v.parquet", "output=out"),
        refused("No such file"),
        nothing,
    ),
    column_map("a key twice in a column map", refused("ours.yaml"), MAP + "acuity: {column: t, recode: {'3': 1}}\n"),
    column_map("a code twice in a column map", refused("ours.yaml"), MAP.replace("'3': 3", "'3': 3, '3': 1")),
    column_map(
        "a column map with a tag", refused("ours.yaml"), MAP + "notes: [!!python/object/apply:os.system [ls]]\n"
    ),
    column_map(
        "a column map with the environment", refused_or_accepted("ours"), MAP + "notes: ['${oc.env:PEERED_SECRET}']\n"
    ),
    column_map("a column map with an unknown entry", refused("path"), MAP + "path: ../outside/secret.csv\n"),
    column_map("an encoding that unpacks", refused("encoding"), MAP + "encoding: zlib_codec\n"),
    column_map("an encoding that is none of text", refused("encoding"), MAP + "encoding: rot13\n"),
    column_map("an unknown encoding", refused("encoding"), MAP + "encoding: ../../../outside/secret\n"),
    column_map("an encoding of domains", refused_or_accepted("encoding"), MAP + "encoding: idna\n"),
    column_map("a separator that is a line end", refused("separator"), MAP + 'separator: "\\n"\n'),
    column_map("a separator that is a quote", refused("separator"), MAP + "separator: '\"'\n"),
    column_map("a separator that is NUL", refused("separator"), MAP + 'separator: "\\0"\n'),
    column_map("a format of a thousand parts", refused("v.csv"), MAP + f"time_format: '{'%Y' * 1000}'\n"),
    column_map("a format that is none", refused("format"), MAP + "time_format: '%!'\n"),
    column_map("a time zone that is a path", refused("time zone"), MAP + "time_zone: ../../../etc/passwd\n"),
    column_map("a second file outside", refused("join"), MAP + "join: {file: ../../outside/secret.csv, key: t}\n"),
    column_map("a second file that is the folder above", refused("folder"), MAP + "join: {file: .., key: t}\n"),
    column_map(
        "a hundred thousand codes",
        refused_or_accepted("ours"),
        MAP.replace("'3': 3", ", ".join(f"'{n}': 3" for n in range(100_000))),
    ),
    column_map("a share of more than all", refused("tolerated_share"), MAP.replace("0.05", "5")),
    column_map("a longest stay that is no number", refused("longest_stay_days"), MAP + "longest_stay_days: .nan\n"),
    visits(
        "an activity of two hundred stars",
        (*READ, "visits=received/v.csv"),
        refused_or_accepted("v.csv"),
        both(
            file(
                MAP_FILE,
                "arrival: {kind: events}\nevents: {case: c, activity: k, time: t, arrival: {activity: '"
                + "*a" * 200
                + "b'}}\n",
            ),
            named("v.csv", "c,k,t\n" + "".join(f"{n},{'a' * 2000},2024-01-01 10:00\n" for n in range(50))),
        ),
    ),
    visits(
        "a name of the demand that leads outside",
        (*READ, "visits=received/v.csv", "study.demand_name=../../outside/x"),
        refused("configuration name"),
        both(file(MAP_FILE, MAP), named("v.csv")),
    ),
    visits(
        "a name of the demand with a line end",
        (*READ, "visits=received/v.csv", 'study.demand_name="a\nb"'),
        refused("configuration name"),
        both(file(MAP_FILE, MAP), named("v.csv")),
    ),
    visits(
        "a name of a column map that leads outside",
        (*READ, "visits=received/v.csv", "study.map=../../outside/secret"),
        refused("study.map"),
        named("v.csv"),
    ),
    visits(
        "a column map that is a pipe",
        (*READ, "visits=received/v.csv"),
        refused("ours.yaml"),
        both(pipe(MAP_FILE), named("v.csv")),
    ),
    visits(
        "a column map that is outside",
        (*READ, "visits=received/v.csv"),
        refused("ours"),
        both(link(MAP_FILE, "../../../outside/secret.yaml"), named("v.csv")),
    ),
]
