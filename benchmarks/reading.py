"""How long a large file of visits takes to be read and profiled, and the memory it takes.

The file is made first, in a process of its own, so that making it adds nothing to the peak that is measured.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.runs import peak_mib

MAKE = """
import sys, duckdb
path, n = sys.argv[1], int(sys.argv[2])
duckdb.execute("SELECT setseed(0.5)")
duckdb.execute(f'''COPY (
  WITH v AS (SELECT i, TIMESTAMP '2020-01-01 00:00' + to_seconds((i * 126230400.0 / {n})::BIGINT) AS a,
             random() AS u, random() AS w, random() AS s, random() AS x FROM range({n}) AS r(i))
  SELECT i AS visit, 'P' || (u * {n} / 2)::BIGINT AS patient, strftime(a, '%Y-%m-%d %H:%M:%S') AS arrival_time,
    strftime(a + to_seconds((60 + 600 * w)::BIGINT), '%Y-%m-%d %H:%M:%S') AS triage_time,
    CASE WHEN u < 0.04 THEN '' ELSE strftime(a + to_seconds((700 + 7000 * w)::BIGINT), '%Y-%m-%d %H:%M:%S') END
      AS first_physician_time,
    strftime(a + to_seconds((8000 + 20000 * s)::BIGINT), '%Y-%m-%d %H:%M:%S') AS exit_time,
    1 + (x * 5)::INTEGER % 5 AS priority, (w < 0.2)::INTEGER AS ambulance,
    'Chief complaint ' || (s * 30)::INTEGER AS complaint,
    CASE WHEN s < 0.3 THEN 'Surgical' ELSE 'Medical' END AS chief_complaint_category,
    (x * 17)::INTEGER AS age_at_arrival, CASE WHEN u < 0.1 THEN 'Avdelning' ELSE 'Hemmet' END AS discharged_to
  FROM v ORDER BY i) TO '{path}' (HEADER, DELIMITER ',')''')
"""


def read_visits_file(given: dict[str, Any]) -> dict[str, float]:
    """Read, check and profile a file of `rows` visits with the shipped map of its layout."""
    from sim.config.files import shipped_configs
    from sim.io.strict_yaml import read_yaml
    from sim.visits.column_map import ColumnMap
    from sim.visits.visits_table import read_visits

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "visits.csv"
        subprocess.run([sys.executable, "-c", MAKE, str(path), str(given["rows"])], check=True)
        column_map = ColumnMap.model_validate(read_yaml(shipped_configs() / "visits" / "malmo.yaml"))
        before = peak_mib()
        cpu, wall = time.process_time(), time.perf_counter()
        read = read_visits(path, column_map)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert len(read.frame) == given["rows"]
        size = path.stat().st_size / 2**20
        return {
            "rows": given["rows"],
            "file_mib": size,
            "wall_seconds": wall,
            "cpu_seconds": cpu,
            "peak_mib": peak_mib(),
            "before_mib": before,
        }
