"""What the commands share: the terminal, exit statuses, and how they end when something is wrong."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EFBIG, EINVAL
from pathlib import Path
from typing import IO, Annotated, Any, NamedTuple, NoReturn, cast

import typer
from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax

import pdedsl
from pdedsl import stages, syntax
from pdedsl.vocabulary.diagnostics import Diagnostic, SpecError, render
from pdedsl.vocabulary.source import Source

File = Annotated[Path, typer.Argument(metavar="FILE", help="A .pde file.")]
Parameters = Annotated[
    list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="Another value for a parameter.")
]

AllowOutside = Annotated[
    bool,
    typer.Option("--allow-outside", help="Show and copy files that the spec names outside of its folder, too."),
]

WRONG_SPEC, USAGE, FAILED = 1, 2, 3


class _Stream:
    """Standard output or error, silent once nobody reads it: a run goes on whatever becomes of its terminal."""

    def __init__(self, name: str):
        self.name = name

    @property
    def stream(self) -> Any:
        stream = getattr(sys, self.name) or io.StringIO()
        return getattr(stream, "rich_proxied_file", stream)

    def __getattr__(self, attribute: str) -> Any:
        if attribute == "rich_proxied_file":
            raise AttributeError(attribute)
        return getattr(self.stream, attribute)

    def write(self, text: str) -> int:
        return self._try("write", text) or len(text)

    def flush(self) -> None:
        self._try("flush")

    def _try(self, action: str, *words: str) -> Any:
        stream = self.stream
        try:
            return getattr(stream, action)(*words)
        except UnicodeEncodeError:
            return stream.write(words[0].encode("ascii", "replace").decode())
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


screen = Console(file=cast(IO[str], _Stream("stdout")), highlight=False)
err = Console(file=cast(IO[str], _Stream("stderr")), highlight=False)


@contextmanager
def no_traceback() -> Iterator[None]:
    """Inside it, what a file system, a full disk, a signal or a wrong spec raises becomes one line and an exit status."""
    try:
        yield
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        stop(f"{error.filename}: {error.strerror}", USAGE)
    except OSError as error:
        unreadable = error.errno in (EINVAL, EFBIG)
        stop(f"{error.filename or 'output'}: {error.strerror or error}", USAGE if unreadable else FAILED)
    except SpecError as error:
        err.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(USAGE) from None
    except KeyboardInterrupt:
        stop("interrupted", FAILED)


def stop(message: str, status: int) -> NoReturn:
    """End the command with a message and an exit status."""
    err.print(f"[red]pdedsl:[/red] {escape(message)}", soft_wrap=True)
    raise typer.Exit(status)


def aside(words: str, rest: str | Path) -> None:
    """`written to FOLDER` and the like: dim words, and what they speak of as it is."""
    screen.print(f"[dim]{words}[/dim] {escape(str(rest))}", soft_wrap=True)


def pair(text: str, option: str) -> tuple[str, str]:
    """The two sides of `NAME=VALUE`, or the end of the command."""
    key, sign, value = text.partition("=")
    if not sign or not key.strip() or not value.strip():
        stop(f"{option} takes NAME=VALUE, not `{text}`", USAGE)
    return key.strip(), value.strip()


def read_source(file: Path, trusting: bool = False) -> Source:
    """The text of a spec, or the end of the command."""
    source = stages.load.read(file, trusting)
    if isinstance(source, Diagnostic):
        err.print(render(source, Source("", str(file))), markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_SPEC)
    return source


def check_file(file: Path, parameters: dict[str, float], trusting: bool = False) -> "stages.load.Checked":
    """The diagnostics of a file and its problem, if there is one."""
    return stages.load.check(read_source(file, trusting), parameters)


def accepted(checked: "stages.load.Checked", parameters: dict[str, float], again: bool = False) -> "pdedsl.Problem":
    """The problem of a checked text, or the end of the command; what was found is shown, of one that was checked before errors alone."""
    if checked.errors or not again:
        show_diagnostics(checked)
    if checked.errors or checked.problem is None:
        raise typer.Exit(WRONG_SPEC)
    try:
        return stages.load.accept(checked, parameters)
    except KeyError as error:
        stop(error.args[0], USAGE)


def show_diagnostics(checked: "stages.load.Checked") -> None:
    """Print all that the checker found, errors in red, to the standard error."""
    for diagnostic in checked.diagnostics:
        head, *rest = render(diagnostic, checked.source).split("\n")
        colour = {"error": "red", "warning": "yellow", "note": "cyan"}[diagnostic.severity]
        err.print(head, style=f"bold {colour}", markup=False, soft_wrap=True)
        err.print("\n".join(rest) + "\n", markup=False, soft_wrap=True)


def show_spec(text: str) -> None:
    """A spec on standard output, in colours where that is a terminal."""
    if screen.is_terminal:
        lexer = syntax.lexer.PdeLexer(stripnl=False, ensurenl=False)
        screen.print(Syntax(text, lexer, theme="ansi_light", background_color="default"), end="")
    else:
        screen.out(text, end="", highlight=False)


def read_parameters(given: list[str] | None) -> dict[str, float]:
    """The values of `--param`, by name."""
    return {name: number(value, f"--param {name}") for name, value in (pair(text, "--param") for text in given or [])}


def number(text: str, option: str, problem: "pdedsl.Problem | None" = None) -> float:
    """A finite number, or a constant expression such as `0.01/pi`, or `L/2` with a parameter of a problem."""
    try:
        found = float(text)
    except ValueError:
        try:
            return stages.words.read_number(text, problem)
        except SpecError as error:
            stop(f"{option}: `{text}` is not a number: {error.diagnostics[0].message}", USAGE)
    if found - found != 0:
        stop(f"{option}: `{text}` is not a finite number", USAGE)
    return found


def target(path: Path) -> Path:
    """A file to be written: its folder must be there."""
    if path.is_dir():
        stop(f"{path} is a folder: name a file", USAGE)
    if not path.parent.is_dir():
        stop(f"{path}: there is no folder {path.parent}", USAGE)
    return path


class Fresh(NamedTuple):
    """A folder for one run, and whether it was made for it: then it goes again if nothing comes of the run."""

    path: Path
    made: bool

    def discard(self) -> None:
        if self.made and self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()


_UNBEGUN = ("spec.pde", "settings.txt", "references")
"""What a run that was killed while it wrote its first files leaves: it is written again."""


def fresh_folder(file: Path, out: Path | None, home: str = "runs") -> Fresh:
    """A folder for this run alone: made here, so that no other run takes it."""
    if out is not None:
        made = not out.exists()
        out.mkdir(parents=True, exist_ok=True)
        if any(path.name not in _UNBEGUN and not path.name.startswith(".") for path in out.iterdir()):
            stop(f"{out} is not empty: choose another folder with --out", USAGE)
        return Fresh(out, made)
    for number in range(1, 100_000):
        folder = Path(home) / f"{file.stem}-{number}"
        folder.parent.mkdir(exist_ok=True)
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return Fresh(folder, True)
    return stop(f"{home}/ is full", FAILED)
