"""What commands that solve have in common: the exit status, and what is shown of one run of several."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from pdedsl.commands.running import Shown, leave, run_one
from pdedsl.commands.shell import FAILED, Fresh
from pdedsl.commands.signals import Stopping
from pdedsl.runs.run import solve
from pdedsl.stages.load import loads

TEXT = "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = 1\nboundary: u = 0 on all\n"


def test_what_is_not_solved_has_a_status_of_its_own() -> None:
    def ended(word: str, status: str = "converged") -> Any:
        return SimpleNamespace(status=status, verdict=SimpleNamespace(word=word))

    shown = Shown("a", False, True, False)
    leave([ended("solved"), ended("rough"), ended("not solved", "interrupted")], shown)
    with pytest.raises(typer.Exit) as raised:
        leave([ended("solved"), ended("not solved")], shown)
    assert raised.value.exit_code == FAILED


def test_one_of_several_shows_no_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for one in (False, True):
        folder = tmp_path / f"{one}"
        folder.mkdir()
        stopping = Stopping(lambda words: None, lambda: None)
        run_one(
            Fresh(folder, False),
            Shown("a", False, False, False, one),
            stopping,
            lambda folder=folder, one=one, **running: solve(loads(TEXT), folder=folder, brief=one, **running),
        )
        assert ("verdict" in capsys.readouterr().out) is not one
        assert (folder / "solution.png").exists() is not one and (folder / "run.json").exists()
