"""Hostile files of the configuration groups: how they are written, what they refer to, and whom they put on duty."""

from tests.attacks.attack import (
    ROOT,
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
    warned,
)

OURS = "received/staffing/ours.yaml"
PLAY = "--dry-run study=run --config-dir received staffing=ours"
BESIDE = "--dry-run study=run --config-dir received staffing=traditional"
HEAD = "defaults: [traditional, _self_]\nname: ours\nlabel: Ours\n"


def ours(text: str | bytes) -> Build:
    """A staffing file."""
    return file(OURS, text)


def doubled(levels: int) -> str:
    """Anchors that name each other, ten times on every level."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return HEAD + "\n".join(lines) + "\n"


yaml = family("YAML files")

YAML = [
    yaml("a key twice", PLAY, refused("ours.yaml", "line"), ours(HEAD + "label: Theirs\n")),
    yaml(
        "a key twice deep inside",
        PLAY,
        refused("ours.yaml", "line"),
        ours(HEAD + "nurse:\n  shifts:\n    from_11: {heads: 3, heads: 30}\n"),
    ),
    yaml(
        "a key twice in an experiment",
        "-m --dry-run --config-dir received experiment=ours",
        refused("ours.yaml", "line"),
        file(
            "received/experiment/ours.yaml",
            "description: x\nvary: {staffing: [traditional, peer_added]}\nvary: {staffing: [traditional]}\n",
        ),
    ),
    yaml(
        "a key twice in a demand",
        "--dry-run study=run --config-dir received demand=ours",
        refused("ours.yaml", "line"),
        file("received/demand/ours.yaml", "defaults: [default, _self_]\nname: ours\ngrowth: 1.0\ngrowth: 1.2\n"),
    ),
    yaml("aliases that make ten thousand million", PLAY, refused("ours.yaml"), ours(doubled(10))),
    yaml("aliases that make a million", PLAY, refused("ours.yaml"), ours(doubled(6))),
    yaml("an alias of itself", PLAY, refused("ours.yaml"), ours(HEAD + "nurse: &n {shifts: *n}\n")),
    yaml(
        "a tag that calls a function",
        PLAY,
        refused("ours.yaml"),
        file(OURS, lambda place: HEAD + f'nurse: !!python/object/apply:os.system ["touch {place.planted_file}"]\n'),
    ),
    yaml(
        "a tag that makes an object",
        PLAY,
        refused("ours.yaml"),
        ours(HEAD + "x: !!python/object/new:subprocess.Popen [[ls]]\n"),
    ),
    yaml("a tag that names a function", PLAY, refused("ours.yaml"), ours(HEAD + "x: !!python/name:os.system\n")),
    yaml("a tag that loads a module", PLAY, refused("ours.yaml"), ours(HEAD + "x: !!python/module:antigravity\n")),
    yaml(
        "a tag that includes a file",
        PLAY,
        refused("ours.yaml"),
        ours(HEAD + "label: !include ../../../outside/secret.txt\n"),
    ),
    yaml("a set", PLAY, refused("ours.yaml"), ours(HEAD + "nurse: !!set {shifts, breaks}\n")),
    yaml("bytes", PLAY, refused("ours.yaml"), ours(HEAD + "label: !!binary aGVsbG8=\n")),
    yaml("a hundred thousand brackets", PLAY, refused("ours.yaml"), ours(HEAD + "nurse: " + "[" * 100_000 + "\n")),
    yaml(
        "two thousand levels, closed",
        PLAY,
        refused("ours.yaml"),
        ours(HEAD + "nurse: " + "[" * 2000 + "]" * 2000 + "\n"),
    ),
    yaml(
        "five hundred levels of mappings",
        PLAY,
        refused("ours.yaml"),
        ours(HEAD + "".join(f"{' ' * n}k:\n" for n in range(500)) + " " * 500 + "k: 1\n"),
    ),
    yaml("a text of 80 MiB", PLAY, refused_with_number("ours.yaml"), sparse(OURS, 80 << 20, b"label: a")),
    yaml("a file of a terabyte", PLAY, refused_with_number("ours.yaml"), sparse(OURS, 1 << 40, b"label: a")),
    yaml("a list of three million", PLAY, refused_with_number("ours.yaml"), ours(HEAD + f"x: [{'1,' * 3_000_000}]\n")),
    yaml("NUL", PLAY, refused("ours.yaml"), ours(HEAD + "x: a\0b\n")),
    yaml("an escape character", PLAY, refused("ours.yaml"), ours(HEAD + "\x1b]0;owned\x07: 1\n")),
    yaml("an escape character by name", PLAY, refused("staffing"), ours(HEAD + '"\\x1b[31m\\x1b]0;owned\\x07": 1\n')),
    yaml("a byte order mark", PLAY, accepted("about"), ours(b"\xef\xbb\xbf" + HEAD.encode())),
    yaml("UTF-16", PLAY, refused("ours.yaml", "UTF-8"), ours(HEAD.encode("utf-16"))),
    yaml("bytes of Latin-1", PLAY, refused("ours.yaml", "UTF-8"), ours("label: Pädiatrie\n".encode("latin-1"))),
    yaml("half of a character", PLAY, refused("ours.yaml"), ours(HEAD + '"\\ud800": 1\n')),
    yaml("a pipe", PLAY, refused("ours.yaml"), pipe(OURS)),
    yaml("a pipe beside what is asked for", BESIDE, accepted("about"), pipe("received/staffing/other.yaml")),
    yaml("an endless file", PLAY, refused("ours.yaml"), link(OURS, "/dev/zero")),
    yaml(
        "an endless file beside what is asked for",
        BESIDE,
        accepted("about"),
        link("received/staffing/other.yaml", "/dev/zero"),
    ),
    yaml("a folder", PLAY, refused("ours.yaml"), folder(OURS)),
    yaml("a link to itself", PLAY, refused("ours"), link(OURS, "ours.yaml")),
    yaml(
        "a folder that is in itself",
        BESIDE,
        accepted("about"),
        both(folder("received/staffing"), link("received/staffing/again", "..")),
    ),
    yaml("a link to a file outside", PLAY, refused("ours.yaml"), link(OURS, "../../../outside/secret.txt")),
    yaml("a link to the environment", PLAY, refused("ours.yaml"), link(OURS, "/proc/self/environ")),
    yaml("an empty file", PLAY, refused_or_accepted("no roles"), ours("")),
    yaml("a list", PLAY, refused("ours.yaml"), ours("- a\n- b\n")),
    yaml("a word", PLAY, refused("ours.yaml"), ours("hello\n")),
    yaml("two documents", PLAY, refused("ours.yaml"), ours(HEAD + "---\n" + HEAD)),
    yaml("a number of ten thousand digits", PLAY, refused("ours.yaml"), ours(HEAD + "x: " + "9" * 10_000 + "\n")),
    yaml("a date that is none", PLAY, refused("ours.yaml"), ours(HEAD + "x: 2024-13-45\n")),
    yaml("a list as key", PLAY, refused("ours.yaml"), ours(HEAD + "? [a, b]\n: c\n")),
    yaml("keys that are no texts", PLAY, refused("ours"), ours(HEAD + "1: a\nnull: b\ntrue: c\n1.5: d\n")),
    yaml(
        "fifty thousand unknown keys", PLAY, refused("ours"), ours(HEAD + "".join(f"k{n}: 1\n" for n in range(50_000)))
    ),
    yaml("a value that is no number", PLAY, refused("heads"), ours(HEAD + "nurse: {heads: .nan}\n")),
    yaml("an infinite number", PLAY, refused("hourly_cost"), ours(HEAD + "nurse: {hourly_cost: .inf}\n")),
    yaml("ten thousand files", BESIDE, accepted("about"), lambda place: many_files(place)),
    yaml(
        "a name with =",
        "--dry-run study=run --config-dir received 'staffing=\"a=b\"'",
        refused("a=b"),
        file("received/staffing/a=b.yaml", HEAD),
    ),
    yaml(
        "a name with ,",
        "--dry-run study=run --config-dir received 'staffing=\"a,b\"'",
        refused("a,b"),
        file("received/staffing/a,b.yaml", HEAD),
    ),
    yaml(
        "a name with ;",
        "--dry-run --config-dir received study.staffing=all",
        refused(";"),
        file("received/staffing/a;b.yaml", HEAD),
    ),
    yaml(
        "a name with a line end",
        "--dry-run --config-dir received study.staffing=all",
        refused("staffing"),
        file("received/staffing/a\nb.yaml", HEAD),
    ),
    yaml(
        "a name that is a command",
        "--dry-run --config-dir received study.staffing=all",
        refused("staffing"),
        file("received/staffing/$(touch planted).yaml", HEAD),
    ),
    yaml(
        "a name in no encoding",
        "--dry-run --config-dir received study.staffing=all",
        refused("staffing"),
        file("received/staffing/\udcff.yaml", HEAD),
    ),
    yaml(
        "a name with an escape character",
        "--dry-run --config-dir received study.staffing=all",
        refused("staffing"),
        file("received/staffing/\x1b[31m.yaml", HEAD),
    ),
]


def many_files(place: Place) -> None:
    """So many files of a group that to read each would take long."""
    (place.received / "staffing").mkdir()
    for number in range(10_000):
        (place.received / "staffing" / f"s{number}.yaml").write_text("defaults: [traditional, _self_]\n")


# --- what files refer to

composition = family("composition")


def chain(place: Place) -> None:
    """Five hundred files, each of which inherits from the next."""
    (place.received / "staffing").mkdir()
    for number in range(500):
        parent = f"s{number + 1}" if number < 499 else "traditional"
        name = "ours" if number == 0 else f"s{number}"
        (place.received / "staffing" / f"{name}.yaml").write_text(f"defaults: [{parent}, _self_]\nname: {name}\n")


def lattice(place: Place) -> None:
    """Thirty levels of two files, each of which inherits from both below: a thousand million ways to the bottom."""
    (place.received / "staffing").mkdir()
    for level in range(30):
        below = f"a{level + 1}, b{level + 1}" if level < 29 else "traditional"
        for side in "ab":
            name = "ours" if (level, side) == (0, "a") else f"{side}{level}"
            (place.received / "staffing" / f"{name}.yaml").write_text(f"defaults: [{below}, _self_]\nname: {name}\n")


def labelled(text: str) -> Build:
    """A staffing whose label is this text."""
    return ours(f"defaults: [traditional, _self_]\nname: ours\nlabel: '{text}'\n")


def looked_up(what: str, text: str) -> Attack:
    """A label that would be looked up elsewhere."""
    return composition(what, PLAY, refused("ours.yaml"), labelled(text))


def inherits(what: str, entry: str) -> Attack:
    """A file that inherits from where it may not."""
    return composition(what, PLAY, refused("ours.yaml"), ours(f"defaults: [{entry}, _self_]\nname: ours\n"))


def typed(what: str, command: str, expected: Expected, build: Build = nothing) -> Attack:
    """A word that refers to something."""
    return composition(what, f"--dry-run study=run {command}", expected, build)


PLANTED_TARGET = "_target_: os.system\ncommand: touch ROOT/outside/planted_code_ran\n"

COMPOSITION = [
    looked_up("the environment", "${oc.env:PEERED_SECRET}"),
    looked_up("the environment, with a default", "${oc.env:PEERED_SECRET,none}"),
    looked_up("the environment by a name put together", "${oc.${.name}:PEERED_SECRET}"),
    composition(
        "the environment by two names put together",
        PLAY,
        refused("ours.yaml"),
        ours("defaults: [traditional, _self_]\nname: env\nlabel: '${${.first}.${.name}:PEERED_SECRET}'\nfirst: oc\n"),
    ),
    composition(
        "the environment by a name of another entry",
        PLAY,
        refused("ours.yaml"),
        ours("defaults: [traditional, _self_]\nname: oc.env\nlabel: '${${staffing.name}:PEERED_SECRET}'\n"),
    ),
    looked_up("the environment inside another reference", "${staffing.${oc.env:HOME}}"),
    looked_up("a resolver that decodes", '${oc.decode:"${oc.env:PEERED_SECRET}"}'),
    looked_up("a resolver that makes", "${oc.create:{a: 1}}"),
    looked_up("a resolver that selects", "${oc.select:staffing.name}"),
    looked_up("the settings of Hydra", "${hydra:runtime.cwd}"),
    looked_up("the clock", "${now:%Y}"),
    looked_up("an unknown resolver", "${system:touch planted}"),
    looked_up("a reference in a circle", "${staffing.label}"),
    looked_up("a reference to nothing", "${nowhere.at.all}"),
    looked_up("a reference that is not closed", "${staffing.name"),
    looked_up("a thousand references in each other", "${a" * 1000),
    composition(
        "a class to be made",
        PLAY,
        refused("_target_"),
        file(OURS, lambda place: HEAD + PLANTED_TARGET.replace(ROOT, str(place.root))),
    ),
    composition(
        "a package that is global", PLAY, refused("ours.yaml", "@package"), ours("# @package _global_\n" + HEAD)
    ),
    composition(
        "a package of another group", PLAY, refused("ours.yaml", "@package"), ours("# @package department\n" + HEAD)
    ),
    composition(
        "minimum cover lowered by a roster",
        PLAY,
        refused("department"),
        ours(HEAD + "department: {minimum_cover: {physician: 0}}\n"),
    ),
    composition("settings of Hydra in a staffing", PLAY, refused("hydra"), ours(HEAD + "hydra: {searchpath: [/]}\n")),
    inherits("inherits from /etc/passwd", "/etc/passwd"),
    inherits("inherits from a folder above", "../../../outside/secret"),
    inherits("inherits from another group", "/department: default"),
    inherits("inherits from a group by address", "{/department@_global_: default}"),
    inherits("overrides a launcher", "{override /hydra/launcher: joblib}"),
    inherits("inherits if it is there", "{optional /study: run}"),
    inherits("inherits from a package of Python", "pkg://os"),
    inherits("inherits from itself", "ours"),
    inherits("inherits from nothing", "null"),
    inherits("inherits from a name of the environment", "${oc.env:PEERED_SECRET}"),
    composition(
        "two that inherit from each other",
        PLAY,
        refused("inherits from itself"),
        both(ours("defaults: [other, _self_]\n"), file("received/staffing/other.yaml", "defaults: [ours, _self_]\n")),
    ),
    composition("five hundred ancestors", PLAY, refused_with_number("staffing"), chain),
    composition("a thousand million ways to an ancestor", PLAY, refused_with_number("staffing"), lattice),
    composition("a shipped name", BESIDE, refused("shipped"), file("received/staffing/traditional.yaml", HEAD)),
    composition(
        "a root file of its own",
        BESIDE,
        accepted("study=run: traditional"),
        file("received/config.yaml", "hydra: {searchpath: [file:///]}\ndefaults: [{staffing: nurse_added}]\n"),
    ),
    composition(
        "a launcher of its own",
        "-m --dry-run --config-dir received hydra/launcher=evil staffing=traditional,peer_added",
        refused("hydra"),
        file("received/hydra/launcher/evil.yaml", lambda place: PLANTED_TARGET.replace(ROOT, str(place.root))),
    ),
    composition(
        "a package of Python",
        BESIDE,
        accepted("about"),
        file("received/staffing/__init__.py", lambda place: f"open({str(place.planted_file)!r}, 'w')\n"),
    ),
    typed("a name above the folder", "staffing=../../outside/secret", refused("staffing")),
    typed("an absolute name", "staffing=/etc/passwd", refused("staffing")),
    typed("a choice put elsewhere", "staffing@department=traditional", refused("staffing")),
    typed("the environment, typed", "'staffing.label=${oc.env:PEERED_SECRET}'", refused("staffing.label")),
    typed(
        "the environment, typed by a name put together",
        "'staffing.label=${oc.${staffing.name}:PEERED_SECRET}'",
        refused("staffing.label"),
    ),
    typed("a group by the environment", "'staffing=${oc.env:PEERED_SECRET}'", refused("staffing")),
    typed("a class to be made, typed", "+staffing._target_=os.system", refused("_target_")),
    typed("a search path", "hydra.searchpath=[file:///]", refused("hydra")),
    typed("a launcher without -m", "hydra/launcher=basic", refused("hydra")),
    typed("a folder of Hydra's runs", "hydra.run.dir=ROOT/outside", refused("hydra")),
    typed("a package of Python as folder", "configs=pkg://os", refused("configs")),
    typed("a folder that is not there", "--config-dir nowhere", refused("nowhere")),
    typed("a folder that is a file", "--config-dir thesis.md", refused("thesis.md")),
    typed("a folder that is a pipe", "--config-dir received/pipe", refused("received/pipe"), pipe("received/pipe")),
    typed("a folder with =", "--config-dir a=b staffing=ours", accepted("ours"), file("a=b/staffing/ours.yaml", HEAD)),
    typed(
        "a folder with quotes and commas",
        '--config-dir "a\',]b" staffing=ours',
        accepted("ours"),
        file("a',]b/staffing/ours.yaml", HEAD),
    ),
    composition(
        "a launcher that names a class",
        "-m --dry-run hydra/launcher=basic hydra.launcher._target_=os.system staffing=traditional,peer_added",
        refused("hydra.launcher"),
    ),
]


# --- rosters

roster = family("rosters")
SHIFT = HEAD + "nurse:\n  shifts:\n    extra: {{start: {start}, minutes: {minutes}, heads: {heads}, days: {days}}}\n"


def shift(
    what: str, expected: Expected, start: str = '"09:00"', minutes: str = "480", heads: str = "1", days: str = "[mon]"
) -> Attack:
    """A further shift of nurses."""
    return roster(what, PLAY, expected, ours(SHIFT.format(start=start, minutes=minutes, heads=heads, days=days)))


ROSTERS = [
    shift("a start in octal", refused("start", "07:30"), start="0700"),
    shift("a start of four digits", refused("start", "07:30"), start="1100"),
    shift("a start of one digit", refused("start", "07:30"), start="7"),
    shift("a start of a spreadsheet", refused("start", "07:30"), start="0.3125"),
    shift("a start of one digit as text", refused("start"), start='"7"'),
    shift("a start that is true", refused("start"), start="true"),
    shift("a start that is not there", refused("start"), start="null"),
    shift("a start after the day", refused("start"), start='"25:00"'),
    shift("a start with 60 minutes", refused("start"), start='"07:60"'),
    shift("a start before the day", refused("start"), start='"-1:00"'),
    shift("a start in wide digits", refused("start"), start='"０７:３０"'),
    shift("a start with an escape character", refused("start"), start='"\\x1b[31m07:30"'),
    shift("a start without quotes", accepted("about"), start="22:30"),
    shift("weekdays by number", refused("days"), days="[1, 2, 3, 4, 5]"),
    shift("a weekday twice", refused("days", "mon"), days="[mon, mon]"),
    shift("a weekday by its long name", refused("days"), days="[Monday]"),
    shift("no weekday", refused_or_accepted("days"), days="[]"),
    shift("a weekday that YAML takes for false", refused("days"), days="[no]"),
    shift("a daily shift of 25 hours", refused("minutes"), minutes="1500", days="[mon, tue, wed, thu, fri, sat, sun]"),
    shift("a shift without length", refused("minutes"), minutes="0"),
    shift("a shift of negative length", refused("minutes"), minutes="-480"),
    shift("a shift of a billion minutes", refused("minutes"), minutes="1000000000"),
    shift("a billion heads", refused_with_number("heads"), heads="1000000000"),
    shift("a billion heads as a fraction", refused("heads"), heads="1.0e+9"),
    shift("half a head", refused("heads"), heads="1.5"),
    shift("fewer than no heads", refused("heads"), heads="-1"),
    roster("a billion heads of a role", f"{BESIDE} staffing.nurse.heads=1000000000", refused_with_number("nurse")),
    roster(
        "a role without shifts",
        PLAY,
        refused_or_accepted("volunteer"),
        ours(HEAD + "volunteer: {heads: 2, hourly_cost: 30}\n"),
    ),
    roster(
        "a role that no step asks for",
        PLAY,
        refused("volunteer"),
        ours(HEAD + "volunteer: {hourly_cost: 30, shifts: {day: {start: '09:00', minutes: 480, heads: 1}}}\n"),
    ),
    roster(
        "a needed role without anybody on duty",
        "--dry-run study=run --config-dir received staffing=ours",
        warned("psychiatrist"),
        ours(HEAD + "psychiatrist: {shifts: {on_site: {heads: 0}, on_call: {heads: 0}}}\n"),
    ),
    roster(
        "a role that helps where it is not let",
        PLAY,
        refused("psw"),
        ours("defaults: [peer_added, _self_]\nname: ours\npsw: {also_serves: [[triage_nurse]]}\n"),
    ),
    roster(
        "physicians below minimum cover",
        PLAY,
        refused("minimum"),
        ours(HEAD + "physician: {shifts: {from_23: {heads: 1}}}\n"),
    ),
    roster(
        "minimum cover met by one person named twice",
        PLAY,
        refused("days"),
        ours(
            HEAD
            + "physician: {shifts: {from_23: {heads: 1, days: [mon, mon, tue, tue, wed, wed, thu, thu, fri, fri, sat, sat, sun, sun]}}}\n"
        ),
    ),
    roster("a cost below nothing", PLAY, refused("hourly_cost"), ours(HEAD + "nurse: {hourly_cost: -63}\n")),
    roster("a cost beyond all numbers", PLAY, refused("hourly_cost"), ours(HEAD + "nurse: {hourly_cost: 1.0e+400}\n")),
    roster("twice absent", PLAY, refused("absence_share"), ours(HEAD + "nurse: {absence_share: 2}\n")),
    roster(
        "a break longer than the shift", PLAY, refused("break"), ours(HEAD + "nurse: {breaks: [{minutes: 100000}]}\n")
    ),
    roster("a number in a text", PLAY, refused("heads"), ours(HEAD + "nurse: {shifts: {from_11: {heads: 'three'}}}\n")),
    roster("a start typed in octal", f"{BESIDE} staffing.nurse.shifts.from_11.start=0700", refused("start", "07:30")),
    roster("a start typed as a number", f"{BESIDE} staffing.nurse.shifts.from_11.start=7", refused("start", "07:30")),
    roster(
        "a start typed as four digits", f"{BESIDE} staffing.nurse.shifts.from_11.start=1100", refused("start", "07:30")
    ),
    roster(
        "a start of a spreadsheet in a sweep",
        "-m --dry-run study.weeks=1 sweep.csv=received/rows.csv",
        refused("start", "07:30"),
        file("received/rows.csv", "staffing.nurse.shifts.from_11.start\n0.3125\n0.4583333\n"),
    ),
    roster(
        "a thousand shifts",
        PLAY,
        refused_or_accepted("shifts"),
        ours(
            HEAD
            + "nurse:\n  shifts:\n"
            + "".join(f"    s{n}: {{start: '09:00', minutes: 480, heads: 1}}\n" for n in range(1000))
        ),
    ),
    roster(
        "a hundred roles",
        PLAY,
        refused("role"),
        ours(
            HEAD
            + "".join(
                f"r{n}: {{hourly_cost: 1, shifts: {{d: {{start: '09:00', minutes: 480, heads: 1}}}}}}\n"
                for n in range(100)
            )
        ),
    ),
]

ALL: list[Attack] = [*YAML, *COMPOSITION, *ROSTERS]
