"""From a snapshot of a run to one file and back, without any Python objects in it."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import jax
import jax.numpy as jnp
import numpy as np

from pdedsl.runs.files import as_npz
from pdedsl.runs.sealed import Damaged
from pdedsl.solver.minimise import Snapshot
from pdedsl.solver.record import Record, as_columns, from_columns


def pack(snapshot: Snapshot) -> bytes:
    """A snapshot as an npz archive: the leaves of the method's state, the points, the history by columns."""
    arrays = {f"history {name}": np.array(column) for name, column in as_columns(snapshot.history).items()}
    arrays |= {f"state {k}": np.asarray(leaf) for k, leaf in enumerate(jax.tree.leaves(snapshot.state))}
    arrays |= {"parameters": np.asarray(snapshot.state.parameters), "trusted": np.asarray(snapshot.trusted)}
    arrays |= {f"points {k}": np.asarray(own) for k, own in enumerate(snapshot.points)}
    return as_npz(arrays)


def read(path: Path) -> Mapping[str, np.ndarray]:
    """The arrays of a checkpoint. ValueError if it is none."""
    try:
        with zipfile.ZipFile(path) as archive:  # of ours, whose members are as large in the file as they are
            if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
                raise ValueError
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            arrays = dict(archive)
        arrays["trusted"]
    except (BadZipFile, EOFError, ValueError, KeyError) as error:
        raise Damaged(path, "it is not a checkpoint, or not a whole one") from error
    return arrays


def unpack(path: Path, state: Any) -> Snapshot:
    """The snapshot in a file; `state` is one of the method that it belongs to. ValueError if it does not."""
    arrays = read(path)
    leaves, form = jax.tree.flatten(state)
    found = [arrays.get(f"state {k}") for k in range(len(leaves))]
    if any(f is None or f.shape != jnp.shape(leaf) for f, leaf in zip(found, leaves, strict=True)):
        raise ValueError(f"{path} belongs to another network or method, or was written by another version of pdedsl")
    restored = form.unflatten([jnp.asarray(f, jnp.asarray(leaf).dtype) for f, leaf in zip(found, leaves, strict=True)])
    trusted = jnp.asarray(arrays["trusted"], restored.parameters.dtype)
    return Snapshot(restored, trusted, tuple(map(jnp.asarray, points(arrays))), records(arrays))


def points(arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """The points of each block that a checkpoint holds."""
    return tuple(arrays[f"points {k}"] for k in range(sum(n.startswith("points ") for n in arrays)))


def records(arrays: Mapping[str, np.ndarray]) -> tuple[Record, ...]:
    """The history that a checkpoint holds."""
    return from_columns({n.removeprefix("history "): c for n, c in arrays.items() if n.startswith("history ")})
