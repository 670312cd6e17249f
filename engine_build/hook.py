"""Builds the engine's library when a wheel or an editable installation is made; hatchling calls this.

PEERED_SYSTEM names the system a wheel is for, by its tag in `TARGETS`; without it that is the one at hand.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = "sim/engine/compiled"
SUFFIXES = {"win": ".dll", "macosx": ".dylib"}


class EngineHook(BuildHookInterface[Any]):
    """The one step of the build that is not hatchling's own."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the library into the wheel, or beside the sources of an editable installation."""
        system = os.environ.get("PEERED_SYSTEM") or sysconfig.get_platform().replace("-", "_").replace(".", "_")
        name = "engine" + next((end for start, end in SUFFIXES.items() if system.startswith(start)), ".so")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{system}"
        if version == "editable":
            self.build(Path(self.root) / FOLDER / name)
            return
        self.folder = tempfile.TemporaryDirectory(prefix="peered-engine-")
        library = Path(self.folder.name) / name
        self.build(library)
        build_data["force_include"][str(library)] = f"{FOLDER}/{name}"

    def build(self, library: Path) -> None:
        """Print and compile the engine in a process of its own. Raises RuntimeError with what went wrong."""
        command = [sys.executable, "-m", "engine_build", "--library", str(library)]
        if "PEERED_SYSTEM" in os.environ:
            command += ["--target", self.targets()[os.environ["PEERED_SYSTEM"]]]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"the engine could not be built\n{done.stderr.strip()}")

    def targets(self) -> dict[str, str]:
        """Systems by their tag, as Zig calls them."""
        sys.path.insert(0, self.root)
        from engine_build.compilers import TARGETS

        return TARGETS

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """The library is in the wheel: its own folder goes."""
        if version != "editable":
            self.folder.cleanup()
