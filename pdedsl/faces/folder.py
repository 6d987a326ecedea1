"""From what a run is and where it stands to the files of its folder: each appears whole or not at all."""

import fcntl
import json
import math
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pdedsl.language.choices import defaults
from pdedsl.language.parse import parse
from pdedsl.language.problem import Problem
from pdedsl.language.resolve import resolve
from pdedsl.language.source import Source
from pdedsl.language.write import write as write_spec
from pdedsl.solver.settings import Settings


class Busy(Exception):
    """Another run writes to this folder."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder; the lock goes with the process, however that ends. Raises Busy."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"another run is writing to {folder}") from error
        yield
    finally:
        os.close(handle)


def begin(folder: Path, problem: Problem, settings: Settings) -> None:
    """What a run is: enough to do it again, or to go on with a checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "spec.pde", as_run(problem).encode())
    lines = [f"{key} = {value}" for key, value in settings.choices.items()]
    write(folder / "settings.txt", ("\n".join(lines) + "\n").encode())
    for reference in problem.references:
        write(folder / reference.file, problem.beside(reference.file).read_bytes())
    write(folder / "run.json", json.dumps({"title": problem.title, "status": "running"}).encode())


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


def write(path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all."""
    write_with(path, lambda temporary: temporary.write_bytes(data))


def write_with(path: Path, write_to: Callable[[Path], Any]) -> None:
    """Have a file written beside its place and move it there when it is complete and on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        write_to(temporary)
        temporary.chmod(0o644)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
