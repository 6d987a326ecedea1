"""From the command line to the passes and back: `pdedsl solve | check | show | format`.

JAX, SymPy and the plots are loaded by the commands that need them, so that help and checks answer at once.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from pdedsl.language.load import Checked

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Write a PDE as text, get its solution, trust it.",
)
WRONG_SPEC, USAGE, FAILED = 1, 2, 3

_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A .pde file.")]
Parameters = Annotated[
    list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="Another value for a parameter.")
]


class Stage(StrEnum):
    """What `show` can print: the passes in a row."""

    spec = "spec"
    problem = "problem"
    system = "system"


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from importlib.metadata import version as installed

        _out.print(f"pdedsl {installed('pdedsl')}")
        raise typer.Exit


@app.command()
def solve(
    file: File,
    param: Parameters = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help='Any key of the solve block: network="mlp(20, 20)".'),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the network and the points.", min=0)] = None,
    steps: Annotated[int | None, typer.Option(help="The most iterations.", min=1)] = None,
    time_limit: Annotated[float | None, typer.Option(help="The most seconds of solving.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The run folder; by default runs/NAME-1, -2, ...")
    ] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Say where the time of a step goes.")] = False,
) -> None:
    """Solve a spec: train the network, report the error, write the run to a folder."""
    with _no_traceback():
        checked = _checked(file, _parameters(param))
        problem = _accept(checked, _parameters(param))
        choices: dict[str, Any] = dict(_pair(s, "--set") for s in set_ or [])
        choices |= {k: v for k, v in (("seed", seed), ("steps", steps), ("time_limit", time_limit)) if v is not None}
        folder = _run_folder(file, out)
        # From here on it is a matter of seconds: load what computes.
        from pdedsl.faces.solution import solve as run_solver

        _run(folder, profile, lambda **watching: run_solver(problem, folder=folder, **watching, **choices))


@app.command()
def resume(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    steps: Annotated[int | None, typer.Option(help="The most iterations, from the very beginning.", min=1)] = None,
    time_limit: Annotated[float | None, typer.Option(help="The most seconds, from the very beginning.")] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Say where the time of a step goes.")] = False,
) -> None:
    """Go on with a run that was stopped, killed, or that ran out of time or steps."""
    with _no_traceback():
        choices: dict[str, Any] = {k: v for k, v in (("steps", steps), ("time_limit", time_limit)) if v is not None}
        if not folder.is_dir():
            _stop(f"{folder}: there is no such folder", USAGE)
        from pdedsl.faces.solution import resume as run_solver

        _run(folder, profile, lambda **watching: run_solver(folder, **watching, **choices))


def _run(folder: Path, profile: bool, solver: Callable[..., Any]) -> None:
    """Run a solver with everything a terminal can do to it, save what comes of it and show it."""
    from pdedsl.faces import progress
    from pdedsl.faces.folder import Busy
    from pdedsl.faces.signals import Stopping

    try:
        with (
            progress.Progress(_out) as shown,
            Stopping(lambda words: _err.print(f"[yellow]{words}[/yellow]")) as stopping,
        ):
            solved = solver(watch=shown.watch, stopping=stopping)
    except (ValueError, MemoryError, Busy) as error:
        _discard(folder)
        _stop(str(error) or "the machine has not enough memory", USAGE)
    if not solved.history:
        _stop(f"stopped before the first step; pdedsl resume {folder} begins it", FAILED)
    solved.save(folder)
    progress.summary(solved, _out)
    if profile:
        print(f"\n{solved.profile()}\n")
    _out.print(f"[dim]written to[/dim] {folder}/", soft_wrap=True)
    if solved.status == "interrupted":
        _out.print(f"[dim]go on with[/dim] pdedsl resume {folder}", soft_wrap=True)
    if solved.history[-1].loss != solved.history[-1].loss:
        _stop("the loss is not a number", FAILED)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="One or more .pde files.")],
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the messages as JSON.")] = False,
) -> None:
    """Check specs without solving them; takes about a second."""
    wrong = False
    rows: list[dict[str, Any]] = []
    with _no_traceback():
        for file in files:
            checked = _checked(file, {})
            counted = checked.diagnostics if strict else checked.errors
            wrong |= bool(counted)
            if as_json:
                rows += [_row(d, checked) for d in checked.diagnostics]
            else:
                _show_diagnostics(checked)
                if not checked.diagnostics:
                    _out.print(f"{file}: fine", soft_wrap=True)
        if as_json:
            _out.print_json(json.dumps(rows))
    raise typer.Exit(WRONG_SPEC if wrong else 0)


@app.command()
def show(
    file: File,
    latex: Annotated[bool, typer.Option("--latex", help="As a LaTeX document.")] = False,
    stage: Annotated[
        Stage, typer.Option(help="spec: what was written; problem: what it means; system: what is minimised.")
    ] = Stage.problem,
    param: Parameters = None,
) -> None:
    """Print the problem as it was understood: D[u] = f, B[u] = g."""
    with _no_traceback():
        checked = _checked(file, _parameters(param))
        if stage is Stage.spec:
            from pdedsl.language.syntax import outline

            _show_diagnostics(checked)
            print(outline(checked.spec))
            raise typer.Exit(WRONG_SPEC if checked.errors else 0)
        problem = _accept(checked, _parameters(param))
        if stage is Stage.system:
            from pdedsl.faces.solution import lower
            from pdedsl.numerics.system import outline as outline_system

            print(outline_system(problem, lower(problem)))
        elif latex:
            from pdedsl.language.typeset import document

            print(document(problem))
        else:
            from pdedsl.language.write import describe

            print(describe(problem))


@app.command("format")
def format_(
    file: File,
    in_place: Annotated[bool, typer.Option("--write", "-w", help="Change the file instead of printing.")] = False,
) -> None:
    """Print a spec in its canonical form; comments are kept."""
    with _no_traceback():
        from pdedsl.language.format import format_spec
        from pdedsl.language.load import Checked
        from pdedsl.language.parse import parse

        source = _read(file)
        spec = parse(source)
        if spec.diagnostics:
            _show_diagnostics(Checked(source, spec, None, spec.diagnostics))
            raise typer.Exit(WRONG_SPEC)
        text = format_spec(spec)
        if not in_place:
            sys.stdout.write(text)
        elif text != source.text:
            temporary = file.with_name(f".{file.name}.new")
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(file)


@app.command()
def compare(
    file: File,
    methods: Annotated[str, typer.Option(help="Methods of the solve block, separated by commas.")] = (
        "anagram,engd,bfgs,lbfgs,adam"
    ),
    time: Annotated[float, typer.Option(help="Seconds of each run.", min=0.1)] = 60,
    seeds: Annotated[int, typer.Option(help="Runs of each method.", min=1)] = 3,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder; by default comparisons/NAME-1, ...")
    ] = None,
    param: Parameters = None,
) -> None:
    """Race several methods on a spec: a table, and error against steps and seconds as a figure."""
    with _no_traceback():
        problem = _accept(_checked(file, _parameters(param)), _parameters(param))
        listed = _split(methods)
        folder = _run_folder(file, out, "comparisons")
        from pdedsl.faces import compare as races

        def show(method: str, seed: int, run: Any) -> None:
            error = max(run.errors.values(), default=run.history[-1].loss)
            _out.print(f"{method}, seed {seed}: {error:.2e} after {run.history[-1].step} steps", soft_wrap=True)

        try:
            found = races.race(problem, listed, time, seeds, show)
        except (ValueError, MemoryError) as error:
            _discard(folder)
            _stop(str(error), USAGE)
        except KeyboardInterrupt:
            _discard(folder)
            raise
        races.write(found, problem, folder)
        _out.print(f"\n{races.table(found)}\n\n[dim]written to[/dim] {folder}/", soft_wrap=True)


def _split(text: str) -> list[str]:
    """`a, b(c = 1, d = 2)` to its parts: commas inside brackets do not count."""
    depth, parts = 0, [""]
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [p.strip() for p in parts if p.strip()]


@app.command()
def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A code such as E205; all of them without.")
    ] = None,
) -> None:
    """Explain a code of the checker, with a wrong and a right example."""
    from pdedsl.language.explain import explain as page_of
    from pdedsl.language.explain import pages

    if code is None:
        for page in pages().values():
            print(f"{page.code}  {page.title}")
        return
    text = page_of(code)
    if text is None:
        _stop(f"there is no code `{code}`; `pdedsl explain` lists all of them", USAGE)
    print(text)


@app.command()
def gallery(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Print this spec; all names without.")] = None,
) -> None:
    """List the problems that come with pdedsl, or print one of them."""
    from pdedsl.faces.gallery import entries
    from pdedsl.language.source import suggest

    found = {e.name: e for e in entries()}
    if name is None:
        width = max(map(len, found))
        for entry in found.values():
            _out.print(f"[bold]{entry.name:{width}}[/bold]  {entry.title}", soft_wrap=True)
        folder = next(iter(found.values())).path.parent
        _out.print(f"\n[dim]solve one:[/dim] pdedsl solve {folder}/NAME.pde", soft_wrap=True)
    elif name.removesuffix(".pde") not in found:
        _stop(f"there is no `{name}` in the gallery; {suggest(name, found) or '`pdedsl gallery` lists it'}", USAGE)
    else:
        print(found[name.removesuffix(".pde")].path.read_text(encoding="utf-8"), end="")


# ---- what the commands share -------------------------------------------------------------------------------------------


@contextmanager
def _no_traceback() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        _stop(f"{error.filename}: {error.strerror}", USAGE)
    except OSError as error:
        _stop(f"{error.filename or 'output'}: {error.strerror or error}", FAILED)
    except KeyboardInterrupt:
        _stop("interrupted", FAILED)


def _stop(message: str, status: int) -> NoReturn:
    _err.print(f"[red]pdedsl:[/red] {message}", soft_wrap=True)
    raise typer.Exit(status)


def _read(file: Path) -> Any:
    from pdedsl.language.load import read
    from pdedsl.language.source import Diagnostic, Source, render

    source = read(file)
    if isinstance(source, Diagnostic):
        _err.print(render(source, Source("", str(file))), markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_SPEC)
    return source


def _checked(file: Path, parameters: dict[str, float]) -> "Checked":
    from pdedsl.language.load import check as check_source

    return check_source(_read(file), parameters)


def _accept(checked: "Checked", parameters: dict[str, float]) -> Any:
    from pdedsl.language.load import accept

    _show_diagnostics(checked)
    if checked.errors or checked.problem is None:
        raise typer.Exit(WRONG_SPEC)
    try:
        return accept(checked, parameters)
    except KeyError as error:
        _stop(error.args[0], USAGE)


def _show_diagnostics(checked: "Checked") -> None:
    from pdedsl.language.source import render

    for diagnostic in checked.diagnostics:
        head, *rest = render(diagnostic, checked.source).split("\n")
        colour = "red" if diagnostic.severity == "error" else "yellow"
        _err.print(head, style=f"bold {colour}", markup=False, soft_wrap=True)
        _err.print("\n".join(rest) + "\n", markup=False, soft_wrap=True)


def _row(diagnostic: Any, checked: "Checked") -> dict[str, Any]:
    start, end = checked.source.position(diagnostic.span.start), checked.source.position(diagnostic.span.end)
    return {
        "file": checked.source.name,
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "line": start[0],
        "column": start[1],
        "end_line": end[0],
        "end_column": end[1],
        "message": diagnostic.message,
        "help": diagnostic.help,
    }


def _pair(text: str, option: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip() or not value.strip():
        _stop(f"{option} takes NAME=VALUE, not `{text}`", USAGE)
    return key.strip(), value.strip()


def _parameters(given: list[str] | None) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in given or []:
        name, value = _pair(text, "--param")
        try:
            found[name] = float(value)
        except ValueError:
            _stop(f"--param {name}: `{value}` is not a number", USAGE)
        if found[name] - found[name] != 0:
            _stop(f"--param {name}: `{value}` is not a finite number", USAGE)
    return found


def _run_folder(file: Path, out: Path | None, home: str = "runs") -> Path:
    """A folder for this run alone: made here, so that no other run takes it."""
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            _stop(f"{out} is not empty: choose another folder with --out", USAGE)
        return out
    for number in range(1, 100_000):
        folder = Path(home) / f"{file.stem}-{number}"
        folder.parent.mkdir(exist_ok=True)
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    _stop(f"{home}/ is full", FAILED)


def _discard(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


def run(command: Callable[..., Any] = app) -> None:
    """The program."""
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    _keep_compiled()
    command()


KEPT = 200
"""Compiled programs that are kept between runs, the youngest ones."""


def _keep_compiled() -> None:
    """Let JAX keep what it compiles, so that the same problem starts at once the next time."""
    if "JAX_COMPILATION_CACHE_DIR" in os.environ:
        return
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pdedsl" / "compiled"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        old = sorted(cache.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)[KEPT:]
        for path in old:
            path.unlink(missing_ok=True)
    except OSError:
        return  # nowhere to keep it: compile anew
    os.environ["JAX_COMPILATION_CACHE_DIR"] = str(cache)
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")


if __name__ == "__main__":
    run()
