"""Files appear whole or not at all."""

import io
import json
from pathlib import Path

import numpy as np
import pytest

from pdedsl.runs.files import as_json, as_npz, write, write_with


def test_an_array_may_have_any_name() -> None:
    with np.load(io.BytesIO(as_npz({"file": np.arange(3), "a b/c": np.eye(2)}))) as arrays:
        np.testing.assert_array_equal(arrays["file"], [0, 1, 2])
        np.testing.assert_array_equal(arrays["a b/c"], np.eye(2))


def test_json_has_no_nan() -> None:
    text = as_json({"a": float("nan"), "b": [1.0, float("inf")], "c": {"d": (2,)}})
    assert json.loads(text, parse_constant=lambda word: pytest.fail(word)) == {
        "a": None,
        "b": [1.0, None],
        "c": {"d": [2]},
    }


def test_a_writer_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write(path, b"old")

    def half(temporary: Path) -> None:
        temporary.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left on device") as found:
        write_with(path, half)
    assert found.value.filename == str(path)
    assert path.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["f"]
