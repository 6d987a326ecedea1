"""From a snapshot of a run to one file and back, without any Python objects in it."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import jax
import jax.numpy as jnp
import numpy as np

from pdedsl.runs.folder import as_npz
from pdedsl.solver.minimise import Record, Snapshot

_NUMBERS = ("step", "seconds", "loss", "cutoff", "rank", "gain", "accepted", "refused")


def pack(snapshot: Snapshot) -> bytes:
    """A snapshot as an npz archive: the leaves of the method's state, the points, the history by columns."""
    history = snapshot.history
    blocks = list(dict.fromkeys(name for r in history for name in r.losses))
    fields = list(dict.fromkeys(name for r in history for name in r.errors))
    arrays: dict[str, Any] = {f"history {name}": np.array([getattr(r, name) for r in history]) for name in _NUMBERS}
    arrays |= {f"loss {b}": np.array([r.losses[b] for r in history]) for b in blocks}
    arrays |= {f"error {f}": np.array([r.errors.get(f, np.nan) for r in history]) for f in fields}
    arrays |= {f"state {k}": np.asarray(leaf) for k, leaf in enumerate(jax.tree.leaves(snapshot.state))}
    arrays["trusted"] = np.asarray(snapshot.trusted)
    arrays |= {f"points {k}": np.asarray(own) for k, own in enumerate(snapshot.points)}
    return as_npz(arrays)


def unpack(path: Path, state: Any) -> Snapshot:
    """The snapshot in a file; `state` is one of the method that it belongs to. ValueError if it does not."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            arrays = dict(archive)
        arrays["trusted"]
    except (BadZipFile, EOFError, ValueError, KeyError) as error:
        raise ValueError(f"{path} is not a checkpoint, or not a whole one") from error
    leaves, form = jax.tree.flatten(state)
    found = [arrays.get(f"state {k}") for k in range(len(leaves))]
    if any(f is None or f.shape != jnp.shape(leaf) for f, leaf in zip(found, leaves, strict=True)):
        raise ValueError(f"{path} belongs to another network or method")
    restored = form.unflatten([jnp.asarray(f, jnp.asarray(leaf).dtype) for f, leaf in zip(found, leaves, strict=True)])
    trusted = jnp.asarray(arrays["trusted"], restored.parameters.dtype)
    points = [jnp.asarray(arrays[f"points {k}"]) for k in range(sum(n.startswith("points ") for n in arrays))]
    return Snapshot(restored, trusted, tuple(points), records(arrays))


def records(arrays: dict[str, np.ndarray]) -> Sequence[Record]:
    """The history that a checkpoint holds."""
    blocks = [n.removeprefix("loss ") for n in arrays if n.startswith("loss ")]
    fields = [n.removeprefix("error ") for n in arrays if n.startswith("error ")]
    return [
        Record(
            **{name: arrays[f"history {name}"][k].item() for name in _NUMBERS},
            losses={b: arrays[f"loss {b}"][k].item() for b in blocks},
            errors={f: e for f in fields if not np.isnan(e := arrays[f"error {f}"][k].item())},
        )
        for k in range(len(arrays["history step"]))
    ]
