"""Files that appear whole or not at all, and what they are made of."""

import io
import json
import math
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

PART = ".part-"
"""In the names of files that are not whole yet."""


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
        with temporary.open("rb+") as written:  # Windows flushes only what may be written
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


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
