"""What the folder of a run holds: enough to do it again, to go on with it, or to open it."""

import io
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from pdedsl.planning.plan import Anagram, Custom, Plan, from_settings
from pdedsl.planning.spelling import spoken, typed
from pdedsl.problem.problem import Problem
from pdedsl.runs.files import PART, as_npz, write
from pdedsl.runs.sealed import FORMAT, LARGEST, Damaged, checksum, sealed, summary, whole
from pdedsl.solver.devices import ONE
from pdedsl.stages.load import loads
from pdedsl.stages.starting import Start, restored, started, warm_of
from pdedsl.stages.words import read_settings

CHECKPOINT = "checkpoint.npz"
START = "start.npz"
"""What a run starts from, where that is another one."""


def begin(folder: Path, problem: Problem, plan: Plan, start: Start | None = None, **so_far: Any) -> None:
    """Write what a run is: its spec and tables, what it starts from, every numerical choice, where it runs."""
    for left in folder.rglob(f".*{PART}*"):  # of a process that was killed while it wrote
        left.unlink(missing_ok=True)
    text = problem.own_text or str(problem)
    for file, inside in _tables(problem).items():
        if problem.source.discloses(file):
            data = problem.source.read(file, LARGEST)
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            write(folder / inside, data)
        else:
            inside = problem.beside(file).resolve().as_posix()  # it stays where it is
        text = text.replace(f'"{file}"', f'"{inside}"')
    lines = [f"{key} = {spoken(value)}" for key, value in plan.settings().items()]
    files = {"spec.pde": text.encode(), "settings.txt": ("\n".join(lines) + "\n").encode()}
    if start is not None and warm_of(problem, start) is None:  # one that only spares time is not needed again
        files[START] = as_npz(start.arrays)
    for name, data in files.items():
        write(folder / name, data)
    checksums = {name: checksum(data) for name, data in files.items()}
    told = {"title": problem.title, "spec": problem.source.name, "seed": plan.seed, **machine(), **so_far}
    write(folder / "run.json", sealed({"format": FORMAT, **told, "status": "running", "checksums": checksums}))


def contents(folder: Path) -> tuple[Problem, Plan]:
    """The problem and the plan of a run. Raises OSError, and ValueError if there is none."""
    if not (folder / "spec.pde").exists() or not (folder / "settings.txt").exists():
        raise ValueError(f"{folder} holds no run of pdedsl")
    if (found := summary(folder).get("format")) != FORMAT:
        raise ValueError(
            f"{folder} was written by another version of pdedsl (its format is {found}, not {FORMAT}): "
            f"solve it again with pdedsl solve {folder}/spec.pde"
        )
    problem = loads(whole(folder, "spec.pde").decode(), name=str(folder / "spec.pde"))
    settings = read_settings(whole(folder, "settings.txt").decode(), str(folder / "settings.txt"))
    if (start := begun_from(folder)) is not None:
        problem = started(problem, start)
    return problem, from_settings({key: typed(value) for key, value in settings.items()})


def begun_from(folder: Path) -> Start | None:
    """What the run in a folder started from. Raises OSError, and Damaged if it is not what the run wrote."""
    if START not in summary(folder).get("checksums", {}):
        return None
    try:
        with np.load(io.BytesIO(whole(folder, START)), allow_pickle=False) as arrays:
            return restored(dict(arrays))
    except (BadZipFile, EOFError, KeyError, TypeError) as error:
        raise Damaged(folder / START, "it holds no solution to start from") from error


def own_cutoff(plan: Plan) -> bool:
    """Whether the cut-off of a plan is a function of the user's own, which no folder holds."""
    return isinstance(plan.method, Anagram) and isinstance(plan.method.cutoff, Custom)


def machine() -> dict[str, Any]:
    """What the same bits depend on: versions and machine."""
    return {
        "python": sys.version.split()[0],
        "machine": f"{platform.machine()} {platform.system()}, {os.cpu_count()} cores",
        "versions": {name: version(name) for name in ("pdedsl", "jax", "jaxlib", "numpy", "sympy", "equinox")},
    }


def changed(folder: Path, devices: str = ONE) -> list[str]:
    """What is no longer as it was when a run began, in words: then it does not go on bit for bit; where it goes on now is said
    of its `devices`.
    """
    then, now = summary(folder), machine()
    pairs = [("python", then.get("python"), now["python"]), ("the machine", then.get("machine"), now["machine"])]
    pairs.append(("where it runs", then.get("devices", ONE), devices))
    pairs += [(name, then.get("versions", {}).get(name), number) for name, number in now["versions"].items()]
    return [f"{name} was {before} and is {after}" for name, before, after in pairs if before not in (None, after)]


def _tables(problem: Problem) -> dict[str, str]:
    """Where the folder of a run keeps the files that its spec names: in a place of their own."""
    found: dict[str, str] = {}
    for named in (*problem.references, *problem.tables, *problem.measurements):
        name = f"references/{Path(named.file).name}"
        while name in found.values() and named.file not in found:
            name = f"{Path(name).parent}/_{Path(name).name}"
        found.setdefault(named.file, name)
    return found
