"""From what a run is and where it stands to the files of its folder: each appears whole or not at all."""

import fcntl
import io
import json
import math
import os
import platform
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from pdedsl.meaning.choices import defaults
from pdedsl.meaning.resolve import resolve
from pdedsl.problem.problem import Problem
from pdedsl.problem.write import write as write_spec
from pdedsl.stages.settings import Settings
from pdedsl.syntax.parse import parse
from pdedsl.vocabulary.source import Source

CHECKPOINT = "checkpoint.npz"
PART = ".part-"
"""In the names of files that are not whole yet."""


class Busy(Exception):
    """Another run writes to this folder, or it is no longer where it was."""


@contextmanager
def alone(folder: Path) -> Iterator[Callable[[], None]]:
    """Keep other runs out of a folder; the lock goes with the process, however that ends. Raises Busy.

    Gives a function that raises Busy once the folder is no longer the one that was locked.
    """
    handle = os.open(folder, os.O_RDONLY)

    def still() -> None:
        try:
            same = os.path.samestat(os.stat(folder), os.fstat(handle))
        except FileNotFoundError:
            same = False
        if not same:
            raise Busy(f"{folder} was moved or removed: the run goes on from its last checkpoint with pdedsl resume")

    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"another run is writing to {folder}") from error
        still()
        yield still
    finally:
        os.close(handle)


def begin(folder: Path, problem: Problem, settings: Settings, **so_far: Any) -> None:
    """What a run is: enough to do it again, or to go on with a checkpoint."""
    for left in folder.rglob(f".*{PART}*"):  # of a process that was killed while it wrote
        left.unlink(missing_ok=True)
    text = as_run(problem)
    for file, inside in _tables(problem).items():
        data = problem.beside(file).read_bytes()
        (folder / inside).parent.mkdir(parents=True, exist_ok=True)
        write(folder / inside, data)
        text = text.replace(f'"{file}"', f'"{inside}"')
    write(folder / "spec.pde", text.encode())
    lines = [f"{key} = {value}" for key, value in settings.choices.items()]
    write(folder / "settings.txt", ("\n".join(lines) + "\n").encode())
    told = {"title": problem.title, "spec": problem.source.name, "seed": settings.seed, **machine(), **so_far}
    write(folder / "run.json", as_json({**told, "status": "running"}, indent=2).encode())


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
    """Where the folder of a run keeps the files that its spec names: never outside, and never in place of one of its own."""
    found: dict[str, str] = {}
    for reference in problem.references:
        path = Path(reference.file)
        inside = (
            not path.is_absolute() and ".." not in path.parts and len(path.parts) > 1 and path.parts[0] != "analysis"
        )
        name = reference.file if inside else f"references/{path.name}"
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


def as_run(problem: Problem) -> str:
    """A problem as a spec: its own text where there is one that still says the same, comments and all."""
    if problem.text:
        read = resolve(parse(Source.of(problem.text, problem.source.name))).problem
        if read is not None and replace(read, choices=()) == replace(problem, choices=()):
            kept = {key for key, _ in problem.choices} | set(defaults(problem))
            if kept >= {key for key, _ in read.choices}:
                return problem.text
    return write_spec(problem)


def as_json(values: Mapping[str, Any], indent: int | None = None) -> str:
    """Names and values as JSON, which has no NaN and no infinity: they are null."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: plain(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [plain(inner) for inner in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return json.dumps(plain(values), indent=indent)


def as_npz(arrays: Mapping[str, Any]) -> bytes:
    """Arrays by name as an npz archive; the names may be any (`numpy.savez` takes them for its own arguments)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=False)
    return buffer.getvalue()


def write(path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all, in a folder that is there. An OSError names the file."""
    write_with(path, lambda temporary: temporary.write_bytes(data))


def write_with(path: Path, write_to: Callable[[Path], Any]) -> None:
    """Have a file written beside its place and move it there when it is complete and on the disk."""
    temporary = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}{PART}")
        os.close(handle)
        temporary = Path(name)
        write_to(temporary)
        temporary.chmod(0o644)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
