"""What the commands share: words apart, folders of one's own, ends without a traceback."""

from pathlib import Path

import pytest
import typer

from pdedsl.commands.shell import FAILED, USAGE, Fresh, fresh_folder, no_traceback, number, pair, target


def test_numbers_and_pairs() -> None:
    assert number("0.5", "--x") == 0.5 and number("1/4", "--x") == 0.25 and pair("a = b=c", "--set") == ("a", "b=c")
    for wrong in ("nan", "one", "1e400", "inf"):
        with pytest.raises(typer.Exit):
            number(wrong, "--x")
    with pytest.raises(typer.Exit):
        pair("a", "--set")


def test_folders_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = (fresh_folder(Path("a/heat.pde"), None) for _ in range(2))
    assert (first.path, second.path) == (Path("runs/heat-1"), Path("runs/heat-2"))
    first.discard()
    assert not first.path.exists() and second.path.exists()
    given = fresh_folder(Path("heat.pde"), Path("mine"))
    (given.path / "file").touch()
    given.discard()
    assert given.path.exists() and Fresh(Path("mine"), True).made
    with pytest.raises(typer.Exit):
        fresh_folder(Path("heat.pde"), Path("mine"))


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (FileNotFoundError(2, "No such file", "f.pde"), USAGE, "f.pde: No such file"),
        (OSError(28, "No space left"), FAILED, "No space left"),
        (KeyboardInterrupt(), FAILED, "interrupted"),
    ],
)
def test_no_traceback(error: BaseException, status: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as found, no_traceback():
        raise error
    assert found.value.exit_code == status and words in capsys.readouterr().err


def test_a_file_to_be_written_needs_its_folder(tmp_path: Path) -> None:
    assert target(tmp_path / "a.csv") == tmp_path / "a.csv"
    for wrong in (tmp_path, tmp_path / "none" / "a.csv"):
        with pytest.raises(typer.Exit):
            target(wrong)
