"""A snapshot as a file, and back bit for bit."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from pdedsl.runs.checkpoint import pack, points, read, records, unpack
from pdedsl.solver.anagram import Anagram
from pdedsl.solver.minimise import Snapshot
from pdedsl.solver.record import Record

RECORD = Record(1, 0.5, 1e-3, {"equation": 1e-3}, float("nan"), 3, 0.9, accepted=True, errors={"u": 0.1})


def snapshot(size: int = 5) -> Snapshot:
    state = Anagram().begin(jnp.linspace(0, 1, size))
    return Snapshot(state, state.parameters * 2, (jnp.ones((3, 2)), jnp.zeros((1, 2))), [RECORD])


def test_there_and_back(tmp_path: Path) -> None:
    path, made = tmp_path / "c.npz", snapshot()
    path.write_bytes(pack(made))
    found = unpack(path, Anagram().begin(jnp.zeros(5)))
    np.testing.assert_array_equal(found.state.parameters, made.state.parameters)
    np.testing.assert_array_equal(found.trusted, made.trusted)
    assert str(found.history[0]) == str(RECORD) and found.state.thorough.dtype == bool
    assert [p.shape for p in points(read(path))] == [(3, 2), (1, 2)] and len(records(read(path))) == 1


def test_what_does_not_belong(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    path.write_bytes(pack(snapshot()))
    with pytest.raises(ValueError, match="another network"):
        unpack(path, Anagram().begin(jnp.zeros(6)))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ValueError, match="not a whole one"):
        read(path)
