"""The peak memory of `peered study=calibrate` on a large file with oddities planted in it, and whether it lists them.

The file is made, and the command run, in processes of their own, so that neither adds to the peak that is measured.
"""

import csv
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROWS_OF_A_KIND = 20_000
ODDITIES = {
    "an arrival that is no time": ("arrival", "'soon after noon'"),
    "an arrival on a day there never was": ("arrival", "strftime(a, '%Y-02-31 %H:%M:%S')"),
    "a triage before the arrival": ("triage", "strftime(a - INTERVAL 50 MINUTE, '%Y-%m-%d %H:%M:%S')"),
    "a triage that is no time": ("triage", "'25:61'"),
    "a departure before the arrival": ("departure", "strftime(a - INTERVAL 3 HOUR, '%Y-%m-%d %H:%M:%S')"),
    "a stay of years": ("departure", "strftime(a + INTERVAL 3 YEAR, '%Y-%m-%d %H:%M:%S')"),
    "a code of acuity that is none": ("acuity", "'9'"),
    "a disposition that is a formula": ("disposition", "'=A1+B1'"),
    "a disposition of no known code": ("disposition", "'gone fishing'"),
    "an age below zero": ("age", "'-3'"),
}
"""What is planted, one of each in `ROWS_OF_A_KIND` rows: the column and the SQL of its text."""
MAKE = """
import sys, duckdb
path, n, odd, of_a_kind = sys.argv[1], int(sys.argv[2]), eval(sys.argv[3]), int(sys.argv[4])
every = max(n // (len(odd) * of_a_kind), 1)
cells = {
    "arrival": "strftime(a, '%Y-%m-%d %H:%M:%S')",
    "triage": "strftime(a + to_seconds((60 + 600 * w)::BIGINT), '%Y-%m-%d %H:%M:%S')",
    "physician": "CASE WHEN u < 0.04 THEN '' "
                 "ELSE strftime(a + to_seconds((700 + 7000 * w)::BIGINT), '%Y-%m-%d %H:%M:%S') END",
    "departure": "strftime(a + to_seconds((8000 + 20000 * s)::BIGINT), '%Y-%m-%d %H:%M:%S')",
    "acuity": "1 + (x * 5)::INTEGER % 5",
    "mode": "CASE WHEN w < 0.2 THEN 'ambulance' ELSE 'walk_in' END",
    "stream": "CASE WHEN s < 0.05 THEN 'mental_health' ELSE 'medical' END",
    "age": "round(x * 17, 1)",
    "disposition": "CASE WHEN u < 0.04 THEN 'lwbs' WHEN u < 0.15 THEN 'admission' ELSE 'discharge' END",
}
planted = "CASE WHEN i % {every} = 7 % {every} THEN (i // {every}) % {kinds} ELSE -1 END".format(
    every=every, kinds=len(odd))
listed = []
for column, cell in cells.items():
    cases = " ".join(f"WHEN {place} THEN {text}" for place, (of, text) in enumerate(odd) if of == column)
    listed.append(f"CASE planted {cases} ELSE ({cell})::VARCHAR END AS {column}" if cases else f"{cell} AS {column}")
duckdb.execute("SET enable_progress_bar = false")
duckdb.execute("SELECT setseed(0.5)")
duckdb.execute(f'''COPY (
  WITH v AS (SELECT i, TIMESTAMP '2020-01-01 00:00' + to_seconds((i * 126230400.0 / {n})::BIGINT) AS a, {planted}
             AS planted, random() AS u, random() AS w, random() AS s, random() AS x FROM range({n}) AS r(i))
  SELECT i AS visit, 'P' || (u * {n} / 2)::BIGINT AS patient, {", ".join(listed)} FROM v ORDER BY i)
  TO '{path}' (HEADER, DELIMITER ',')''')
print(len(duckdb.execute(f"SELECT i FROM range({n}) AS r(i) WHERE {planted} >= 0").fetchall()))
"""
MAP = """
arrival: {kind: timestamp, column: arrival}
triage_time: triage
physician_time: physician
departure_time: departure
patient: patient
stream: stream
age: age
mode: mode
acuity: {column: acuity, recode: {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}}
disposition: {column: disposition, recode: {discharge: discharge, admission: admission, lwbs: lwbs}}
"""


def calibrate_file(given: dict[str, Any]) -> dict[str, float]:
    """Calibrate on a file of `rows` visits: peak memory, seconds, and how many planted oddities were listed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, output = folder / "visits.csv", folder / "answer"
        odd = [*ODDITIES.values()]
        of_a_kind = str(max(given["rows"] // ROWS_OF_A_KIND, 1))
        making = [sys.executable, "-c", MAKE, str(file), str(given["rows"]), repr(odd), of_a_kind]
        planted = int(subprocess.run(making, check=True, stdout=subprocess.PIPE, text=True).stdout)
        (folder / "visits").mkdir()
        (folder / "visits" / "made.yaml").write_text(MAP, encoding="utf-8")
        words = ["study=calibrate", f"visits={file}", "study.map=made", f"configs={folder}", f"output={output}"]
        started = time.perf_counter()
        peak, together = peaks_of([sys.executable, "-m", "sim", *words])
        with (output / "calibrated_exclusions.csv").open(encoding="utf-8", newline="") as text:
            rows = {line["row"] for line in csv.DictReader(text)}
        return {
            "rows": given["rows"],
            "planted": planted,
            "listed": len(rows),
            "wall_seconds": time.perf_counter() - started,
            "peak_mib": peak,
            "together_mib": together,
        }


def peaks_of(words: list[str]) -> tuple[float, float]:
    """The largest resident size of a command's largest process, and of all its processes at once (MiB).

    The second is looked at every tenth of a second, and 0 where there is no /proc; RuntimeError if the command fails.
    """
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
    together = [0.0]

    def watch() -> None:
        while not done.wait(0.1):
            together[0] = max(together[0], resident_mib(process.pid))

    done = threading.Event()
    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    done.set()
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"a measurement failed: {' '.join(words)}")
    return used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10), together[0]


def resident_mib(first: int) -> float:
    """Resident size of a process and of all that it started, in MiB."""
    total, waiting = 0.0, [first]
    while waiting:
        place = Path("/proc") / str(waiting.pop())
        try:
            total += int((place / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
            for thread in (place / "task").iterdir():
                waiting += [int(child) for child in (thread / "children").read_text().split()]
        except OSError:  # it has ended meanwhile, or there is no /proc
            continue
    return total
