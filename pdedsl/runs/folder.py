"""What the folder of a run holds: enough to do it again, to go on with it, or to open it."""

import json
import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pdedsl.planning.plan import Anagram, Custom, Plan, from_settings
from pdedsl.planning.spelling import spoken, typed
from pdedsl.problem.problem import Problem
from pdedsl.runs.files import PART, as_json, write
from pdedsl.stages.load import loads
from pdedsl.stages.words import read_settings

CHECKPOINT = "checkpoint.npz"
FORMAT = 2
"""Of the files in a folder: older ones are not read."""


def begin(folder: Path, problem: Problem, plan: Plan, **so_far: Any) -> None:
    """Write what a run is: its spec and tables, every numerical choice, where it runs."""
    for left in folder.rglob(f".*{PART}*"):  # of a process that was killed while it wrote
        left.unlink(missing_ok=True)
    text = problem.own_text or str(problem)
    for file, inside in _tables(problem).items():
        if problem.source.discloses(file):
            data = problem.beside(file).read_bytes()
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            write(folder / inside, data)
        else:
            inside = problem.beside(file).resolve().as_posix()  # it stays where it is
        text = text.replace(f'"{file}"', f'"{inside}"')
    write(folder / "spec.pde", text.encode())
    lines = [f"{key} = {spoken(value)}" for key, value in plan.settings().items()]
    write(folder / "settings.txt", ("\n".join(lines) + "\n").encode())
    told = {"title": problem.title, "spec": problem.source.name, "seed": plan.seed, **machine(), **so_far}
    write(folder / "run.json", as_json({"format": FORMAT, **told, "status": "running"}, indent=2).encode())


def contents(folder: Path) -> tuple[Problem, Plan]:
    """The problem and the plan of a run. Raises OSError, and ValueError if there is none."""
    if not (folder / "spec.pde").exists() or not (folder / "settings.txt").exists():
        raise ValueError(f"{folder} holds no run of pdedsl")
    if (found := summary(folder).get("format")) != FORMAT:
        raise ValueError(
            f"{folder} was written by another version of pdedsl (its format is {found}, not {FORMAT}): "
            f"solve it again with pdedsl solve {folder}/spec.pde"
        )
    problem = loads((folder / "spec.pde").read_text(encoding="utf-8"), name=str(folder / "spec.pde"))
    settings = read_settings((folder / "settings.txt").read_text(encoding="utf-8"), str(folder / "settings.txt"))
    return problem, from_settings({key: typed(value) for key, value in settings.items()})


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


def changed(folder: Path) -> list[str]:
    """What is no longer as it was when a run began, in words: then it does not go on bit for bit."""
    then, now = summary(folder), machine()
    pairs = [("python", then.get("python"), now["python"]), ("the machine", then.get("machine"), now["machine"])]
    pairs += [(name, then.get("versions", {}).get(name), number) for name, number in now["versions"].items()]
    return [f"{name} was {before} and is {after}" for name, before, after in pairs if before not in (None, after)]


def _tables(problem: Problem) -> dict[str, str]:
    """Where the folder of a run keeps the files that its spec names: in a place of their own."""
    found: dict[str, str] = {}
    for reference in problem.references:
        name = f"references/{Path(reference.file).name}"
        while name in found.values() and reference.file not in found:
            name = f"{Path(name).parent}/_{Path(name).name}"
        found.setdefault(reference.file, name)
    return found


def summary(folder: Path) -> Mapping[str, Any]:
    """What the run.json of a run says, its `status` at least: `running` until all files are written. Raises ValueError."""
    path = folder / "run.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not the summary of a run") from error
    if not isinstance(found, dict) or "status" not in found:
        raise ValueError(f"{path} is not the summary of a run")
    return found
