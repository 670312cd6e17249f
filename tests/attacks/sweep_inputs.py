"""Hostile sweeps: tables of scenarios, experiments and conditions that somebody has sent."""

import socket
import threading
from collections.abc import Callable

from tests.attacks.attack import (
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

sweeps = family("sweeps")
MANY = "-m --dry-run study.weeks=1 study.warm_up_weeks=0"
ROWS = f"{MANY} sweep.csv=received/rows.csv"
NAMED = f"{MANY} --config-dir received experiment=ours"
TWO = "staffing=traditional,peer_added"


def rows(what: str, expected: Expected, content: str | bytes, command: str = ROWS) -> Attack:
    """A table of scenarios."""
    return sweeps(what, command, expected, file("received/rows.csv", content))


def experiment(what: str, expected: Expected, text: str) -> Attack:
    """A sweep that is written in a file."""
    head = "description: Who is there?\nvary: {staffing: [traditional, peer_added]}\n"
    return sweeps(what, NAMED, expected, file("received/experiment/ours.yaml", head + text))


def condition(what: str, text: str, *texts: str) -> Attack:
    """A condition that says which scenarios are kept."""
    return sweeps(what, (*MANY.split(), TWO, f"sweep.filter={text}"), refused("sweep.filter", *texts))


def harmless_condition(what: str, text: str) -> Attack:
    """A condition that another kind of reader would fall over; the database works it out or refuses it."""
    return sweeps(what, (*MANY.split(), TWO, f"sweep.filter={text}"), refused_or_accepted("sweep.filter"))


def listening(content: Callable[[int], str], name: str) -> Build:
    """A false scheduler, which makes the planted file when somebody calls, and a file that names its address."""

    def build(place: Place) -> None:
        server = socket.create_server(("127.0.0.1", 0))
        server.settimeout(90.0)

        def wait() -> None:
            with server:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                caller.close()
                if place.outside.is_dir():
                    place.planted_file.touch()

        threading.Thread(target=wait, daemon=True).start()
        file(name, content(server.getsockname()[1]))(place)

    return build


def scheduler_in_rows(port: int) -> str:
    return f"staffing,executor,executor.address\ntraditional,dask,tcp://127.0.0.1:{port}\n"


def scheduler_in_experiment(port: int) -> str:
    return (
        "description: x\nvary: {staffing: [traditional, peer_added]}\n"
        f"values: {{executor: dask, executor.address: 'tcp://127.0.0.1:{port}', study.weeks: 1}}\n"
    )


PLAYED = "-m study.weeks=1 study.warm_up_weeks=0 study.replications=1 output=out"

ALL: list[Attack] = [
    sweeps(
        "a false scheduler in a table",
        f"{PLAYED} sweep.csv=received/rows.csv",
        refused("executor"),
        listening(scheduler_in_rows, "received/rows.csv"),
        apart=True,
    ),
    sweeps(
        "a false scheduler in an experiment",
        f"{PLAYED} --config-dir received experiment=ours",
        refused("executor"),
        listening(scheduler_in_experiment, "received/experiment/ours.yaml"),
        apart=True,
    ),
    sweeps(
        "a false scheduler in a baseline",
        f"{MANY} --config-dir received experiment=ours",
        refused("executor"),
        file(
            "received/experiment/ours.yaml",
            "description: x\nvary: {staffing: [traditional, peer_added]}\n"
            "sweep: {baseline: {executor: dask, executor.address: 'tcp://127.0.0.1:9'}}\n",
        ),
    ),
    rows(
        "an address of a scheduler", refused("executor"), "staffing,executor.address\ntraditional,tcp://127.0.0.1:9\n"
    ),
    rows("an executor", refused("executor"), "staffing,executor\ntraditional,dask\npeer_added,dask\n"),
    rows("a number of workers", refused("executor"), "staffing,executor.workers\ntraditional,1000000\n"),
    rows("an output", refused("output"), "staffing,output\ntraditional,../outside\n"),
    rows("configurations", refused("configs"), "staffing,configs\ntraditional,../outside\n"),
    rows("a query", refused("query"), "staffing,query\ntraditional,SELECT 1\n"),
    rows("a file of visits", refused("visits"), "staffing,visits\ntraditional,../outside/secret.csv\n"),
    rows("an export", refused("export"), "staffing,export\ntraditional,../outside/x.csv\n"),
    rows("a table in a table", refused("sweep"), "staffing,sweep.csv\ntraditional,../outside/secret.csv\n"),
    rows("settings of Hydra", refused("hydra"), "staffing,hydra/launcher\ntraditional,basic\n"),
    rows("the environment in a cell", refused("label"), "staffing.label\n${oc.env:PEERED_SECRET}\nb\n"),
    rows("the environment by a name", refused("label"), "staffing.label\n${oc.${staffing.name}:PEERED_SECRET}\nb\n"),
    rows("a class in a cell", refused("_target_"), "+staffing._target_\nos.system\n"),
    rows("a column twice", refused("demand.growth"), "demand.growth,demand.growth\n1,1.1\n1.1,1\n"),
    rows("a row too long", refused("rows.csv"), "demand.growth\n1,2,3\n"),
    rows("a row too short", refused("rows.csv"), "demand.growth,staffing\n1\n"),
    rows("nothing", refused("rows.csv"), ""),
    rows("a header alone", refused("rows.csv"), "demand.growth\n"),
    rows("NUL", refused("rows.csv"), b"demand.growth\n1\x00\n"),
    rows("UTF-16", refused("rows.csv"), "demand.growth\n1\n".encode("utf-16")),
    rows("escape characters", refused("staffing"), "staffing\n\x1b[31mtraditional\n"),
    rows("a formula", refused("staffing"), "staffing\n=HYPERLINK(0)\n"),
    rows("a line of ten million characters", refused("rows.csv"), "staffing\n" + "a" * 10_000_000 + "\n"),
    rows("a quote that is not closed", refused("rows.csv"), 'staffing\n"traditional\n' + "peer_added\n" * 50_000),
    rows("two hundred thousand rows", refused_with_number("rows.csv"), "demand.growth\n" + "1.01\n" * 200_000),
    rows("ten thousand columns", refused("rows.csv"), ",".join(f"demand.x{n}" for n in range(10_000)) + "\n"),
    rows("growth as a per cent", refused("growth", "1.05"), "demand.growth\n95\n100\n105\n"),
    sweeps("a pipe", ROWS, refused("rows.csv"), pipe("received/rows.csv")),
    sweeps("an endless table", ROWS, refused("rows.csv"), link("received/rows.csv", "/dev/zero")),
    sweeps("a folder", ROWS, refused("rows.csv"), folder("received/rows.csv")),
    sweeps(
        "a terabyte", ROWS, refused_with_number("rows.csv"), sparse("received/rows.csv", 1 << 40, b"demand.growth\n")
    ),
    sweeps("an address of the web", f"{MANY} sweep.csv=http://127.0.0.1:9/rows.csv", refused("rows.csv")),
    sweeps("no table", f"{MANY} sweep.csv=nowhere.csv", refused("nowhere.csv")),
    experiment(
        "an address of a scheduler, named", refused("executor"), "values: {executor.address: 'tcp://127.0.0.1:9'}\n"
    ),
    experiment("an executor, named", refused("executor"), "values: {executor: dask}\n"),
    experiment("workers, named", refused("executor"), "values: {executor.workers: 100000}\n"),
    experiment("an output, named", refused("output"), "values: {output: ../outside}\n"),
    experiment("configurations, named", refused("configs"), "values: {configs: ../outside}\n"),
    experiment("settings of Hydra, named", refused("hydra"), "values: {hydra/launcher: basic}\n"),
    experiment("another experiment", refused("experiment"), "values: {experiment: night_coverage}\n"),
    experiment("the environment, named", refused("label"), "values: {staffing.label: '${oc.env:PEERED_SECRET}'}\n"),
    experiment("a table outside", refused("csv"), "sweep: {csv: ../../../outside/secret.csv}\n"),
    experiment("a table at an absolute place", refused("csv"), "sweep: {csv: /etc/passwd}\n"),
    experiment("values in values", refused("demand.growth"), "values: {demand.growth: {a: [1, {b: 2}]}}\n"),
    experiment(
        "a condition with code", refused("sweep.filter"), 'sweep: {filter: \'__import__("os").system("ls")\'}\n'
    ),
    experiment("a description with escape characters", accepted("scenarios"), "values: {study.weeks: 1}\n# \u202e\n"),
    sweeps("an experiment that is a pipe", NAMED, refused("ours.yaml"), pipe("received/experiment/ours.yaml")),
    sweeps("an experiment above its folder", f"{MANY} experiment=../../outside/secret", refused("experiment")),
    sweeps("two experiments", f"{MANY} experiment=night_coverage,uncertain_assumptions", refused("experiment")),
    sweeps(
        "a thousand million samples",
        f"{MANY} sweep.design=lhs sweep.samples=1000000000 'demand.growth=interval(0.9,1.1)'",
        refused_with_number("scenarios"),
    ),
    sweeps(
        "samples beyond 64 bits",
        f"{MANY} sweep.design=sobol sweep.samples=99999999999999999999 'demand.growth=interval(0.9,1.1)'",
        refused_with_number("sweep.samples"),
    ),
    sweeps(
        "a range of a thousand million",
        f"{MANY} 'demand.growth=range(0,1,0.000000001)'",
        refused_with_number("demand.growth"),
    ),
    sweeps("a range without end", f"{MANY} 'demand.growth=range(0,1e308,1e-308)'", refused("demand.growth")),
    sweeps("a range that goes nowhere", f"{MANY} 'demand.growth=range(0,1,0)'", refused("demand.growth")),
    sweeps(
        "a range to infinity",
        f"{MANY} sweep.design=lhs sweep.samples=4 'demand.growth=interval(0,inf)'",
        refused("demand.growth"),
    ),
    sweeps(
        "a range of nothing",
        f"{MANY} sweep.design=lhs sweep.samples=4 'demand.growth=interval(1,1.0000000000000002)'",
        refused_or_accepted("demand.growth"),
    ),
    sweeps(
        "a range of all numbers",
        f"{MANY} sweep.design=lhs sweep.samples=4 'demand.growth=interval(-1e308,1e308)'",
        refused("demand.growth"),
    ),
    sweeps("a glob", f"{MANY} 'staffing=glob(*)'", refused("staffing")),
    sweeps("values in any order", f"{MANY} 'staffing=shuffle(traditional,peer_added)'", refused("staffing")),
    sweeps(
        "ten million combinations",
        (
            *MANY.split(),
            *(
                f"demand.{key}={','.join(str(1 + n / 1000) for n in range(60))}"
                for key in ("growth", "mh_growth", "visits_per_patient.medical", "visits_per_patient.mental_health")
            ),
        ),
        refused_with_number("scenarios"),
    ),
    sweeps(
        "a thousand million replications of two",
        f"-m --dry-run {TWO} study.replications=1000000000",
        refused_with_number("replications"),
    ),
    condition("a call of the system", "__import__('os').system('touch planted')"),
    condition("a function", "(lambda: True)()"),
    condition("a way to all classes", "().__class__.__base__.__subclasses__()"),
    harmless_condition("a power", "9**9**9**9 > 1"),
    condition("a text a thousand million times", "'a'*1000000000 == 'b'"),
    condition("a text put together", "f'{staffing}' == 'traditional'"),
    condition("a walk over values", "[x for x in (1,2)] == [1,2]"),
    condition("a name given", "(x := 1) == 1"),
    harmless_condition("a thousand brackets", "(" * 990 + "1" + ")" * 990 + " == 1"),
    condition("ten thousand characters", "1==1 and " * 1200 + "1==1", "characters"),
    condition("a division by nothing", "1/0 > 1"),
    condition("a number of four thousand digits", "1" * 1990 + " > 1/3*0 and staffing"),
    condition("NUL in a condition", "1==1 \x01"),
    condition("an open quote", "staffing == 'traditional"),
    sweeps(
        "a baseline of another kind",
        (*MANY.split(), TWO, "sweep.baseline=executor.address=tcp://127.0.0.1:9"),
        refused("sweep.baseline"),
    ),
    sweeps(
        "a seed of samples beyond reason",
        f"{MANY} sweep.design=lhs sweep.samples=4 sweep.seed=-1 'demand.growth=interval(0.9,1.1)'",
        refused("sweep.seed"),
    ),
]

_ = both, nothing
