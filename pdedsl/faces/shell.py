"""What the commands share: the terminal, exit statuses, and how they end when something is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from pdedsl.language.load import Checked

File = Annotated[Path, typer.Argument(metavar="FILE", help="A .pde file.")]
Parameters = Annotated[
    list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="Another value for a parameter.")
]

WRONG_SPEC, USAGE, FAILED = 1, 2, 3

screen = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@contextmanager
def no_traceback() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        stop(f"{error.filename}: {error.strerror}", USAGE)
    except OSError as error:
        stop(f"{error.filename or 'output'}: {error.strerror or error}", FAILED)
    except KeyboardInterrupt:
        stop("interrupted", FAILED)


def stop(message: str, status: int) -> NoReturn:
    err.print(f"[red]pdedsl:[/red] {message}", soft_wrap=True)
    raise typer.Exit(status)


def pair(text: str, option: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip() or not value.strip():
        stop(f"{option} takes NAME=VALUE, not `{text}`", USAGE)
    return key.strip(), value.strip()


def read_source(file: Path) -> Any:
    from pdedsl.language.load import read
    from pdedsl.language.source import Diagnostic, Source, render

    source = read(file)
    if isinstance(source, Diagnostic):
        err.print(render(source, Source("", str(file))), markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_SPEC)
    return source


def check_file(file: Path, parameters: dict[str, float]) -> "Checked":
    from pdedsl.language.load import check as check_source

    return check_source(read_source(file), parameters)


def accepted(checked: "Checked", parameters: dict[str, float]) -> Any:
    from pdedsl.language.load import accept

    show_diagnostics(checked)
    if checked.errors or checked.problem is None:
        raise typer.Exit(WRONG_SPEC)
    try:
        return accept(checked, parameters)
    except KeyError as error:
        stop(error.args[0], USAGE)


def show_diagnostics(checked: "Checked") -> None:
    from pdedsl.language.source import render

    for diagnostic in checked.diagnostics:
        head, *rest = render(diagnostic, checked.source).split("\n")
        colour = "red" if diagnostic.severity == "error" else "yellow"
        err.print(head, style=f"bold {colour}", markup=False, soft_wrap=True)
        err.print("\n".join(rest) + "\n", markup=False, soft_wrap=True)


def read_parameters(given: list[str] | None) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in given or []:
        name, value = pair(text, "--param")
        try:
            found[name] = float(value)
        except ValueError:
            stop(f"--param {name}: `{value}` is not a number", USAGE)
        if found[name] - found[name] != 0:
            stop(f"--param {name}: `{value}` is not a finite number", USAGE)
    return found


def fresh_folder(file: Path, out: Path | None, home: str = "runs") -> Path:
    """A folder for this run alone: made here, so that no other run takes it."""
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            stop(f"{out} is not empty: choose another folder with --out", USAGE)
        return out
    for number in range(1, 100_000):
        folder = Path(home) / f"{file.stem}-{number}"
        folder.parent.mkdir(exist_ok=True)
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    return stop(f"{home}/ is full", FAILED)


def discard(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
