"""Hostile places: folders for results, caches, environments, what is shown where, and labels in every output."""

from tests.attacks.attack import (
    Answer,
    Attack,
    Build,
    Expected,
    Place,
    accepted,
    both,
    failed,
    family,
    file,
    folder,
    link,
    nothing,
    pipe,
    refused,
    refused_or_accepted,
)

QUICK = "study=run study.weeks=1 study.warm_up_weeks=0 study.replications=1"
COMPARED = "study.staffing=[traditional,peer_added] study.weeks=1 study.warm_up_weeks=0 study.replications=2 study.demand_levels=[1.0]"
HOURS = "t\n" + "".join(f"2024-01-{1 + n // 24:02d} {n % 24:02d}:00\n" for n in range(360))
"""A file of visits."""


def has_results(answer: Answer, place: Place) -> list[str]:
    """The results are there, whole."""
    lacking = [name for name in ("run.json", "answer.md", "estimates.parquet") if not (place.out / name).is_file()]
    return [f"{name} was not written" for name in lacking]


# --- folders for results

outputs = family("output folders")


def into(what: str, word: str, expected: Expected, build: Build = nothing, **more: object) -> Attack:
    """A run whose results are to go somewhere."""
    return outputs(what, (*QUICK.split(), f"output={word}"), expected, build, **more)


REFUSED = refused("output")

OUTPUTS = [
    into("a new folder", "out", accepted("out", also=has_results)),
    into("an extract of a hospital", "out", REFUSED, file("out/hospital_extract.parquet", b"PAR1")),
    into("a column map in visits", "out", REFUSED, file("out/visits/ours.yaml", "arrival: {}\n")),
    into("a figure of the user's own", "out", REFUSED, file("out/figures/mine.png", b"png")),
    into("an event log of the user's own", "out", REFUSED, file("out/events/mine.csv", "a\n")),
    into("an answer of the user's own", "out", REFUSED, file("out/answer.md", "mine\n")),
    into("facts of the user's own", "out", REFUSED, file("out/run.json", "{}\n")),
    into("scenarios of the user's own", "out", REFUSED, file("out/scenarios.json", "{}\n")),
    into("a hidden file", "out", REFUSED, file("out/.git/config", "x\n")),
    into("figures that are a link", "out", REFUSED, both(folder("out"), link("out/figures", "ROOT/outside"))),
    into("a link to a folder with files", "out", REFUSED, link("out", "ROOT/outside")),
    into("a file", "thesis.md", REFUSED),
    into("a pipe", "received/pipe", REFUSED, pipe("received/pipe")),
    into("a file in between", "thesis.md/out", REFUSED),
    into("the root", "/", REFUSED),
    into("the folder it is started in", ".", REFUSED),
    into("the folder above", "..", REFUSED),
    into("home", "ROOT/home", REFUSED),
    into("a folder that cannot be written to", "/proc/out", REFUSED),
    into("a device", "/dev/null/out", REFUSED),
    into("a name too long", "out/" + "a" * 300, REFUSED),
    into("a path too long", "out" + "/a" * 4000, REFUSED),
    into("a link to itself", "received/loop", REFUSED, link("received/loop", "loop")),
    into("a line end in its name", "out/a\nb", accepted()),
    into("escape characters in its name", "out/\x1b[31m", accepted()),
    into("quotes in its name", "out/a'b", accepted()),
    into("a pattern as its name", "out/*", accepted()),
    into("a name in no encoding", "out/\udcff", refused("UTF-8")),
    into(
        "no space on the disk",
        "out",
        failed("written"),
        file_kib=16,
        writes=("desk/out.unfinished", "desk/out.unfinished/*"),
    ),
    outputs(
        "a sweep into a folder with files",
        f"-m staffing=traditional,peer_added {QUICK.removeprefix('study=run')} output=out",
        REFUSED,
        file("out/mine.csv", "a\n"),
    ),
    outputs(
        "a sweep into a folder with a folder parts",
        f"-m staffing=traditional,peer_added {QUICK.removeprefix('study=run')} output=out",
        REFUSED,
        both(file("out/mine.csv", "a\n"), file("out/parts/mine.csv", "a\n")),
    ),
    outputs(
        "a sweep without space on the disk",
        f"-m staffing=traditional,peer_added {QUICK.removeprefix('study=run')} output=out",
        failed("written"),
        file_kib=4,
    ),
    outputs(
        "a comparison into an extract", f"{COMPARED} output=out", REFUSED, file("out/hospital_extract.parquet", b"PAR1")
    ),
    outputs(
        "a break-even into a folder with files",
        "study=breakeven staffing=peer_added study.weeks=1 output=out",
        REFUSED,
        file("out/mine.csv", "a\n"),
    ),
    outputs(
        "a calibration into a file",
        "study=calibrate study.map=ours configs=received study.hold_out=0 visits=received/v.csv output=thesis.md",
        refused("thesis.md"),
        both(
            file("received/visits/ours.yaml", "arrival: {kind: timestamp, column: t}\n"), file("received/v.csv", HOURS)
        ),
    ),
]


# --- labels

labels = family("labels")


def pages_are_plain(answer: Answer, place: Place) -> list[str]:
    """No page or figure holds a script or an escape character, every figure was drawn, and every SVG is sound XML."""
    from xml.etree import ElementTree

    found = [f"{name} is not there" for name in ("answer.md", "figures") if not (place.out / name).exists()]
    if "figures could not be drawn" in answer.text:
        found.append("the figures were not drawn")
    for path in sorted(place.out.rglob("*")):
        if path.suffix not in (".md", ".svg", ".json", ".csv"):
            continue
        text = path.read_text(encoding="utf-8")
        if "\x1b" in text or "\u202e" in text:
            found.append(f"a control character in {path.name}")
        if path.suffix in (".md", ".svg") and "<script" in text:
            found.append(f"a script in {path.name}")
        if path.suffix == ".svg":
            ElementTree.fromstring(text)
    return found


def label(what: str, text: str, expected: Expected | None = None) -> Attack:
    """A staffing with this label, compared with traditional staffing."""
    import json

    words = f"{COMPARED.replace('peer_added', 'ours')} --config-dir received output=out"
    staffing = f"defaults: [peer_added, _self_]\nname: ours\nlabel: {json.dumps(text, ensure_ascii=False)}\n"
    return labels(
        what, words, expected or accepted(also=pages_are_plain), file("received/staffing/ours.yaml", staffing)
    )


EITHER = refused_or_accepted("label")

LABELS = [
    label("a plain one", "Ours"),
    label("markup of a terminal", "[/blue][red]Ours"),
    label("mathematics", "$\\frac{$ a"),
    label("sound mathematics", "$x^2$ and $y$"),
    label("a script", "<script>alert(1)</script>", EITHER),
    label("escape characters", "\x1b]0;owned\x07Ours", EITHER),
    label("written backwards", "\u202esruO", EITHER),
    label("a line end", "Ours\n# Heading", EITHER),
    label("bars of a table", "Ours | 1 | 2 |"),
    label("a link", "[Ours](javascript:alert(1))"),
    label("a formula", "=cmd|' /C calc'!A0"),
    label("two thousand characters", "a" * 2_000, EITHER),
    label("nothing", "", EITHER),
    label("characters of all planes", "Ours 🧸 ﷽ 医"),
]


# --- executors

executors = family("executors")
CALLED = "traditional study.weeks=1 study.warm_up_weeks=0 study.replications=1 output=out"


def executor(what: str, words: str, expected: Expected, build: Build = nothing, **more: object) -> Attack:
    return executors(what, f"{QUICK} {words} output=out", expected, build, **more)


def module(name: str) -> Build:
    """A module of this name in the folder where the command is started, which makes the planted file when loaded."""
    return file(
        f"{name}.py", lambda place: f"open({str(place.planted_file)!r}, 'w').close()\nraise ImportError({name!r})\n"
    )


EXECUTORS = [
    executor(
        "an address where nobody is", "executor=dask executor.address=tcp://127.0.0.1:9", refused("executor.address")
    ),
    executor(
        "an address that is a file", "executor=dask executor.address=file:///etc/passwd", refused("executor.address")
    ),
    executor(
        "an address in this process", "executor=dask executor.address=inproc://127.0.0.1:9", refused("executor.address")
    ),
    executor(
        "an address with a password",
        "executor=dask executor.address=tcp://a:b@127.0.0.1:9",
        refused("executor.address"),
    ),
    executor(
        "an address with escape characters",
        "executor=dask 'executor.address=\"tcp://\x1b[31m:9\"'",
        refused("executor.address"),
    ),
    executor("an address without Dask", "executor=threads executor.address=tcp://127.0.0.1:9", refused("address")),
    executor("an unknown executor", "executor=../outside/secret", refused("executor")),
    executor(
        "workers beyond reason",
        "executor=dask executor.workers=100000000",
        refused_or_accepted("workers"),
        seconds=120.0,
    ),
    executor(
        "processes where a module of Python is planted",
        "executor=processes study.replications=2",
        accepted(also=has_results),
        both(module("pickle"), module("signal"), module("multiprocessing"), module("socket")),
    ),
    executor(
        "Dask where a module of Python is planted",
        "executor=dask executor.workers=1",
        accepted(also=has_results),
        both(module("pickle"), module("signal"), module("multiprocessing"), module("tornado")),
        seconds=120.0,
    ),
    executors(
        "drawing where a module of Python is planted",
        f"{COMPARED} output=out",
        accepted(also=pages_are_plain),
        both(module("pickle"), module("matplotlib"), module("multiprocessing")),
    ),
    executors(
        "a command where modules are planted",
        f"{QUICK} output=out",
        accepted(also=has_results),
        both(*map(module, ("yaml", "numpy", "duckdb", "sitecustomize", "usercustomize", "hydra_plugins", "json"))),
    ),
    executors(
        "a plugin of Hydra that is planted",
        "-m --dry-run staffing=traditional,peer_added study.weeks=1",
        accepted(),
        file("hydra_plugins/planted.py", lambda place: f"open({str(place.planted_file)!r}, 'w').close()\n"),
    ),
]


PLAYED = accepted(also=has_results)
TAKES = 180.0
"""Seconds allowed to a run."""


# --- environments and what is shown

environments = family("environments")


def environment(
    what: str,
    expected: Expected = PLAYED,
    words: str = f"{QUICK} output=out",
    build: Build = nothing,
    **variables: str | None,
) -> Attack:
    return environments(what, words, expected, build, environment=variables, seconds=TAKES)


ENVIRONMENTS = [
    environment("a home in a device", HOME="/dev/null/x"),
    environment("no home", HOME=None),
    environment("a home that is a file", HOME="ROOT/outside/plan.csv"),
    environment("a home that cannot be written to", HOME="/proc"),
    environment("no scratch folder", TMPDIR="/dev/null/x", words=f"{QUICK} output=out"),
    environment("plain C", LC_ALL="C", LANG="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"),
    environment(
        "plain C, compared",
        accepted(also=pages_are_plain),
        f"{COMPARED} output=out",
        LC_ALL="C",
        LANG="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
    ),
    environment("ASCII", PYTHONIOENCODING="ascii"),
    environment("cp1252", accepted(also=pages_are_plain), f"{COMPARED} output=out", PYTHONIOENCODING="cp1252"),
    environment("latin-1", PYTHONIOENCODING="latin-1"),
    environment("cp437, the assumptions", accepted(), "study=assumptions", PYTHONIOENCODING="cp437"),
    environment(
        "ASCII, an error with other characters",
        refused("staffing"),
        "study=run staffing=pédiatrie",
        PYTHONIOENCODING="ascii",
    ),
    environment(
        "ASCII, a sweep",
        accepted(),
        f"-m staffing=traditional,peer_added {QUICK.removeprefix('study=run')} output=out",
        PYTHONIOENCODING="ascii",
    ),
    environment(
        "ASCII, a calibration",
        accepted(),
        "study=calibrate study.map=ours configs=received study.hold_out=0 visits=received/v.csv output=out",
        both(
            file("received/visits/ours.yaml", "arrival: {kind: timestamp, column: t}\n"),
            file("received/v.csv", HOURS),
        ),
        PYTHONIOENCODING="ascii",
    ),
    environment(
        "an encoding that is none", accepted(), "--dry-run study=run", PYTHONIOENCODING="utf-8:strict", LC_ALL="xx_YY"
    ),
    environment("a terminal of no columns", COLUMNS="0", LINES="0"),
    environment("a terminal of fewer columns", COLUMNS="-5", TERM="\x1b"),
    environment("a terminal of a thousand million columns", COLUMNS="1000000000", TERM="xterm"),
    environment("no colours", NO_COLOR="1"),
    environment("a time zone that is a path", TZ="../../../../etc/passwd"),
    environment(
        "a drawing backend of elsewhere",
        failed("figures could not be drawn", "the tables are complete"),
        f"{COMPARED} output=out",
        MPLBACKEND="nonsense",
    ),
    environment(
        "settings of drawing in the folder",
        accepted(also=pages_are_plain),
        f"{COMPARED} output=out",
        file("matplotlibrc", "backend: module://planted\ntext.usetex: True\nfigure.figsize: x\nsavefig.directory: /\n"),
    ),
    environment(
        "settings of Hydra in the folder",
        accepted(),
        "--dry-run study=run",
        file("config.yaml", "hydra: {searchpath: [file:///]}\n"),
        HYDRA_FULL_ERROR="1",
    ),
    environment(
        "a network that must not be used", PLAYED, http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9"
    ),
    environments("nobody reads", f"{QUICK} output=out", accepted(also=has_results), stdout="unread"),
    environments("a full device", f"{QUICK} output=out", accepted(also=has_results), stdout="full"),
    environments("a full device, compared", f"{COMPARED} output=out", accepted(also=pages_are_plain), stdout="full"),
    environments(
        "a full device, a sweep",
        f"-m staffing=traditional,peer_added {QUICK.removeprefix('study=run')} output=out",
        accepted(),
        stdout="full",
    ),
    environments("nowhere to show", f"{QUICK} output=out", accepted(also=has_results), stdout="closed"),
    environments(
        "nowhere to show, compared", f"{COMPARED} output=out", accepted(also=pages_are_plain), stdout="closed"
    ),
]

ALL: list[Attack] = [*OUTPUTS, *LABELS, *EXECUTORS, *ENVIRONMENTS]
