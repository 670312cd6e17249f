"""Try hostile inputs, each in a folder of its own, and say what came of them.

For every one of them, whatever else is expected: it ends in time, shows no traceback and no control character, no
planted code runs, no secret of the environment or of a file outside shows up, files outside the results folder stay as
they are, and no other file appears.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.attacks.attack import ROOT, Answer, Attack, Place

SECRET_OF_ENVIRONMENT = "canary-of-the-environment-6f1d"
SECRET_OF_FILE = "canary-of-a-file-outside-93ab"
SECRETS = (SECRET_OF_ENVIRONMENT, SECRET_OF_FILE)
MOST_MEMORY_KIB = 12 * 2**20
"""Addresses, not memory in use; a command that wants more is stopped, and the machine goes on."""
MOST_FILE_KIB = 2 * 2**20
MAY_CHANGE = (
    "desk/out",
    "desk/out/*",
    "home/.cache",
    "home/.cache/*",
    "home/.config",
    "home/.config/*",
    "cache",
    "cache/*",
)
LAST_WORDS = 40_000
"""A message that is longer than this many characters is as good as none."""
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
COMMAND = (sys.executable, "-c", "import sys; sys.path.pop(0); from sim.__main__ import command; command()")
"""`peered` as it is installed: the folder it is started in is not searched for modules."""
REPOSITORY = Path(__file__).parents[2]

Run = Callable[[Attack, Place], Answer]


@dataclass(frozen=True)
class Tried:
    """An input that was tried, and what is wrong with what came of it."""

    attack: Attack
    answer: Answer
    complaints: tuple[str, ...]


def tried(attack: Attack, root: Path, run: Run, sweep: Path | None = None) -> Tried:
    """Try one input in an empty folder, which is removed afterwards. `sweep`: a results folder to start from."""
    place = Place(root, sweep)
    furnish(place)
    attack.build(place)
    before = contents(root)
    try:
        answer = run(attack, place)
        complaints = [*complaints_of_all(attack, place, answer, before), *attack.expected(answer, place, attack)]
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return Tried(attack, answer, tuple(complaints))


def furnish(place: Place) -> None:
    """Files of the user's own, and secrets, that must be there afterwards as they are."""
    for path in (place.work, place.received, place.outside, place.root / "home", place.root / "tmp"):
        path.mkdir(parents=True)
    (place.work / "thesis.md").write_text("# Not to be lost\n", encoding="utf-8")
    (place.outside / "secret.txt").write_text(f"{SECRET_OF_FILE}\n", encoding="utf-8")
    (place.outside / "secret.yaml").write_text(f"label: {SECRET_OF_FILE}\n", encoding="utf-8")
    (place.outside / "secret.csv").write_text(f"{SECRET_OF_FILE}\n{SECRET_OF_FILE}\n", encoding="utf-8")
    (place.outside / "plan.csv").write_text("kept,by,the,user\n", encoding="utf-8")
    (place.root / "home" / "notes.txt").write_text("at home\n", encoding="utf-8")


# --- running


def environment_of(attack: Attack, place: Place) -> dict[str, str]:
    """The variables a command gets, with a secret among them."""
    root = str(place.root)
    usual: dict[str, str] = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": f"{root}/home",
        "TMPDIR": f"{root}/tmp",
        "LANG": "C.UTF-8",
        "PEERED_SECRET": SECRET_OF_ENVIRONMENT,
        "PYTHONPATH": str(REPOSITORY),
    }
    for key, value in attack.environment.items():
        if value is None:
            usual.pop(key, None)
        else:
            usual[key] = value.replace(ROOT, root)
    return usual


def in_a_process() -> Run:
    """Try inputs in processes of their own."""

    def run(attack: Attack, place: Place) -> Answer:
        words = [word.replace(ROOT, str(place.root)) for word in attack.words]
        file_kib = attack.file_kib or MOST_FILE_KIB
        limits = f'ulimit -v {MOST_MEMORY_KIB}; ulimit -f {file_kib * 2}; ulimit -c 0; exec "$@"{redirection(attack)}'
        started = time.monotonic()
        process = subprocess.Popen(
            ["/bin/sh", "-c", limits, "sh", *COMMAND, *words],
            cwd=place.work,
            env=environment_of(attack, place),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        if attack.stdout == "unread" and process.stdout is not None:
            process.stdout.close()
            process.stdout = None
        try:
            interrupt(process, attack.interrupted_after)
            out, err = process.communicate(timeout=attack.seconds)
        except subprocess.TimeoutExpired:
            kill(process)
            out, err = process.communicate()
            return Answer(None, decoded(out), decoded(err), time.monotonic() - started, hung=True)
        finally:
            kill(process)
        return Answer(process.returncode, decoded(out), decoded(err), time.monotonic() - started)

    return run


def interrupt(process: "subprocess.Popen[bytes]", seconds: float | None) -> None:
    """What Ctrl-C does, after some seconds; nothing if the process has ended by then."""
    if seconds is None:
        return
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)


def redirection(attack: Attack) -> str:
    """Where the shell sends what is shown."""
    return {"full": " >/dev/full", "closed": " >&-"}.get(attack.stdout, "")


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a process of ours with all it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def decoded(content: bytes | None) -> str:
    """What was shown, whatever its encoding."""
    return (content or b"").decode("utf-8", "replace")


class TooLate(BaseException):
    """Raised by the alarm, so that nothing that catches errors takes it for one."""


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise TooLate in this thread, the main one, when the time is up."""

    def ring(*_: object) -> None:
        raise TooLate

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def in_this_process(capsys: Any, monkeypatch: Any) -> Run:
    """Try inputs that play nothing by calling the command; an error that nobody catches is shown as a traceback."""
    from traceback import format_exc

    from sim.cli import main

    def run(attack: Attack, place: Place) -> Answer:
        monkeypatch.chdir(place.work)
        monkeypatch.setenv("PEERED_SECRET", SECRET_OF_ENVIRONMENT)
        capsys.readouterr()
        started, uncaught, code, hung = time.monotonic(), "", None, False
        try:
            with alarm(attack.seconds):
                code = main([word.replace(ROOT, str(place.root)) for word in attack.words])
        except TooLate:
            hung = True
        except Exception:
            uncaught = format_exc()
        said = capsys.readouterr()
        return Answer(code, said.out, said.err + uncaught, time.monotonic() - started, hung)

    return run


# --- judging


def complaints_of_all(attack: Attack, place: Place, answer: Answer, before: Mapping[str, str]) -> list[str]:
    """What is wrong that would be wrong for any input."""
    found = ["took longer than allowed"] if answer.hung else []
    shown = answer.out + answer.err
    if "Traceback" in shown or "Fatal Python error" in shown:
        found.append("a traceback was shown")
    if answer.code is not None and answer.code < 0:
        found.append(f"ended by signal {-answer.code}")
    if CONTROLS.search(shown):
        found.append(f"a control character was shown: {CONTROLS.findall(shown)[0]!r}")
    if len(answer.err) > LAST_WORDS:
        found.append(f"a message of {len(answer.err):,} characters")
    if place.planted_file.exists():
        found.append("planted code was run")
    after = contents(place.root)
    found += [f"a secret was shown: {secret}" for secret in SECRETS if secret in shown]
    found += secrets_written(place, before, after)
    found += changes(attack, before, after)
    return found


def contents(root: Path) -> dict[str, str]:
    """Every entry below a folder with a hash of what it holds; links are not followed."""
    found: dict[str, str] = {}
    for parent, folders, files in os.walk(root):
        for name in [*folders, *files]:
            path = Path(parent, name)
            found[path.relative_to(root).as_posix()] = state_of(path)
    return found


def state_of(path: Path) -> str:
    """What an entry is and holds."""
    if path.is_symlink():
        return f"link to {os.readlink(path)}"
    if not path.is_file():
        return "a folder" if path.is_dir() else "a pipe"
    size = path.stat().st_size
    return f"{size} bytes" if size > 2**26 else sha256(path.read_bytes()).hexdigest()


def changes(attack: Attack, before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Entries that were lost, changed or made where nothing may be."""
    allowed = (*MAY_CHANGE, *attack.writes)
    moved = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    wrong = [name for name in moved if not any(fnmatch(name, pattern) for pattern in allowed)]
    wrong += [name for name in moved if name in before and name not in wrong and not may_be_lost(name, attack)]
    return [f"{what_happened(name, before, after)}: {name}" for name in wrong[:5]]


def may_be_lost(name: str, attack: Attack) -> bool:
    """What lay in the results folder before the command was put there by the user, and is not ours to change."""
    return not name.startswith("desk/out/") or any(fnmatch(name, pattern) for pattern in attack.writes)


def what_happened(name: str, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    if name not in after:
        return "lost"
    return "changed" if name in before else "made"


def secrets_written(place: Place, before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Files that have come to hold a secret."""
    fresh = [place.root / name for name, state in after.items() if before.get(name) != state]
    files = [path for path in fresh if path.is_file() and not path.is_symlink() and path.stat().st_size < 2**26]
    texts = {path: path.read_bytes() for path in files}
    return [
        f"a secret was written into {path.name}"
        for path, text in texts.items()
        if any(secret.encode() in text for secret in SECRETS)
    ]


# --- all of them


def try_all(attacks: Sequence[Attack], root: Path, sweep: Path, at_once: int) -> list[Tried]:
    """Try inputs side by side, each in a process of its own."""
    run = in_a_process()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a shell, and inherited
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def one(numbered: tuple[int, Attack]) -> Tried:
        number, attack = numbered
        return tried(attack, root / f"{number:03d}", run, sweep)

    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(one, enumerate(attacks)))


def made_sweep(root: Path) -> Path:
    """A small sweep as a colleague might send it, played once for all inputs that begin with one."""
    words = (
        "-m staffing=traditional,peer_added study.weeks=1 study.warm_up_weeks=0 study.replications=2 study.visits=true"
    )
    place = Place(root)
    furnish(place)
    made = Attack("", "", (*words.split(), "output=out"), lambda *_: [], seconds=300.0)
    answer = in_a_process()(made, place)
    if answer.code != 0:
        raise RuntimeError(f"the sweep to start from could not be played: {answer.text}")
    return place.out


def counted(results: Iterable[Tried]) -> str:
    """The table: family, tried, met well; and below it what was not met well."""
    results = list(results)
    n_tried = Counter(each.attack.family for each in results)
    n_well = Counter(each.attack.family for each in results if not each.complaints)
    rows = [("family", "tried", "met well"), *((name, str(n), str(n_well[name])) for name, n in n_tried.items())]
    rows.append(("all", str(len(results)), str(sum(n_well.values()))))
    wide = max(len(row[0]) for row in rows)
    table = [f"{name:<{wide}}  {n:>5}  {well:>8}" for name, n, well in rows]
    return "\n".join([*table, *(told(each) for each in results if each.complaints)])


def told(each: Tried) -> str:
    """One input that was not met well."""
    ending = (each.answer.err.strip() or each.answer.out.strip())[-700:]
    lines = [f"\n{each.attack.family}: {each.attack.name}", *(f"  {complaint}" for complaint in each.complaints)]
    return "\n".join([*lines, *(f"    | {line}" for line in ending.splitlines())])
