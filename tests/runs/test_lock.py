"""One writer for each folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pdedsl.runs.files import write
from pdedsl.runs.lock import Busy, alone


def test_a_folder_that_was_moved_is_not_made_again(tmp_path: Path) -> None:
    run, kept = tmp_path / "run", tmp_path / "kept"
    run.mkdir()
    with alone(run) as still:
        run.rename(kept)
        with pytest.raises(Busy, match="moved or removed"):
            still()
        run.mkdir()
        with pytest.raises(Busy, match="moved or removed"):
            still()
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "nowhere" / "file", b"")


def test_a_lock_leaves_nothing_in_the_folder_and_is_free_again(tmp_path: Path) -> None:
    for _ in range(2):
        with alone(tmp_path):
            assert not list(tmp_path.iterdir())
            with pytest.raises(Busy, match="another run"), alone(tmp_path):
                pass


def test_a_lock_goes_with_its_process(tmp_path: Path) -> None:
    code = f"import os; from pathlib import Path; from pdedsl.runs.lock import alone; held = alone(Path({str(tmp_path)!r})); held.__enter__(); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(Busy), alone(tmp_path):
            pass
        other.kill()
    with alone(tmp_path):
        pass
