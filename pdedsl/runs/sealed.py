"""The summary of a run and its files, sealed by checksums: whether they are what the run wrote."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pdedsl.runs.files import as_json
from pdedsl.vocabulary.source import read_regular

FORMAT = 4
"""Of the files in a folder: older ones are not read."""
LARGEST = 4_000_000_000
"""Bytes of a file of a run."""


_AGAIN = "solve it again: pdedsl solve {0}/spec.pde"
_HELP = {
    "run.json": _AGAIN,
    "spec.pde": f"put it back, or {_AGAIN}",
    "settings.txt": f"put it back, or {_AGAIN}",
    "checkpoint.npz": f"the solution may be whole: pdedsl info {{0}}; or {_AGAIN}",
}
_RESUMED = "what it holds is made again from the checkpoint: pdedsl resume {0} --steps N, with more steps than it had"


class Damaged(ValueError):
    """A file of a run folder is not what the run wrote."""

    def __init__(self, path: Path, why: str):
        again = _RESUMED if (path.parent / "checkpoint.npz").exists() else _AGAIN
        help_ = _HELP.get(path.name, again).format(path.parent)
        super().__init__(f"the run folder is damaged: {path}: {why}; {help_}")


def checksum(data: bytes) -> str:
    """What tells whether a file is still the one that was written."""
    return hashlib.sha256(data).hexdigest()


def sealed(told: Mapping[str, Any]) -> bytes:
    """What run.json says as its text, with a checksum of all the rest."""
    plain = json.loads(as_json({name: value for name, value in told.items() if name != "checksum"}))
    return as_json({**plain, "checksum": _seal(plain)}, indent=2).encode()


def _seal(plain: Mapping[str, Any]) -> str:
    return checksum(json.dumps(plain, sort_keys=True).encode())


def whole(folder: Path, name: str) -> bytes:
    """What a file of a run holds. Raises OSError if it cannot be read, Damaged if it is not what the run wrote."""
    path = folder / name
    try:
        data = read_regular(path, LARGEST)
    except FileNotFoundError:
        raise Damaged(path, "it is missing") from None
    expected = summary(folder).get("checksums", {}).get(name)
    if checksum(data) != expected:
        why = "it was changed since the run wrote it" if expected else "it is not the file of a run"
        raise Damaged(path, why)
    return data


def summary(folder: Path) -> Mapping[str, Any]:
    """What the run.json of a run says, its `status` at least: `running` until all files are written.

    Raises OSError if it cannot be read, Damaged if it is not what the run wrote.
    """
    path = folder / "run.json"
    try:
        found = json.loads(read_regular(path, LARGEST).decode())
    except FileNotFoundError:
        if (folder / "spec.pde").exists():
            raise ValueError(f"{folder} was stopped before it began: pdedsl solve {folder}/spec.pde") from None
        raise
    except (ValueError, RecursionError):
        raise Damaged(path, "it is not the summary of a run") from None
    if not isinstance(found, dict) or "status" not in found:
        raise Damaged(path, "it is not the summary of a run")
    if found.get("format") == FORMAT and found.get("checksum") != _seal(
        {k: v for k, v in found.items() if k != "checksum"}
    ):
        raise Damaged(path, "it was changed since the run wrote it")
    return found
