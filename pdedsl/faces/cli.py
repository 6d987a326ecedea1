"""From the command line to the passes and back: `pdedsl solve | resume | check | show | format | ...`.

JAX, SymPy and the plots are loaded by the commands that need them, so that help and checks answer at once.
"""

import json
import os
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from pdedsl.faces.runs import runs
from pdedsl.faces.shell import FAILED, USAGE, WRONG_SPEC, err, no_traceback, pair, screen, stop

if TYPE_CHECKING:
    from pdedsl.language.load import Checked

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Write a PDE as text, get its solution, trust it.",
)
File = Annotated[Path, typer.Argument(metavar="FILE", help="A .pde file.")]
Profile = Annotated[bool, typer.Option("--profile", help="Say where the time of a step goes.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but what is wrong.")]
JsonLines = Annotated[bool, typer.Option("--json-lines", help="Print one JSON object a step, for programs.")]
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

        screen.print(f"pdedsl {installed('pdedsl')}")
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
    profile: Profile = False,
    quiet: Quiet = False,
    json_lines: JsonLines = False,
) -> None:
    """Solve a spec: train the network, report the error, write the run to a folder."""
    with no_traceback():
        checked = _checked(file, _parameters(param))
        problem = _accept(checked, _parameters(param))
        choices: dict[str, Any] = dict(pair(s, "--set") for s in set_ or [])
        choices |= {k: v for k, v in (("seed", seed), ("steps", steps), ("time_limit", time_limit)) if v is not None}
        folder = _run_folder(file, out)
        # From here on it is a matter of seconds: load what computes.
        from pdedsl.faces.solution import solve as run_solver

        shown = _Shown(problem.name, profile, quiet, json_lines)
        _run(folder, shown, lambda **watching: run_solver(problem, folder=folder, **watching, **choices))


@app.command()
def resume(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    steps: Annotated[int | None, typer.Option(help="The most iterations, from the very beginning.", min=1)] = None,
    time_limit: Annotated[float | None, typer.Option(help="The most seconds, from the very beginning.")] = None,
    profile: Profile = False,
    quiet: Quiet = False,
    json_lines: JsonLines = False,
) -> None:
    """Go on with a run that was stopped, killed, or that ran out of time or steps."""
    with no_traceback():
        choices: dict[str, Any] = {k: v for k, v in (("steps", steps), ("time_limit", time_limit)) if v is not None}
        if not folder.is_dir():
            stop(f"{folder}: there is no such folder", USAGE)
        from pdedsl.faces.solution import resume as run_solver

        shown = _Shown(folder.name, profile, quiet, json_lines)
        _run(folder, shown, lambda **watching: run_solver(folder, **watching, **choices))


class _Shown(NamedTuple):
    """What of a run is shown, and how."""

    title: str
    profile: bool
    quiet: bool
    json_lines: bool


def _run(folder: Path, shown: _Shown, solver: Callable[..., Any]) -> None:
    """Run a solver with everything a terminal can do to it, save what comes of it and show it."""
    from pdedsl.faces import progress
    from pdedsl.faces.folder import Busy
    from pdedsl.faces.signals import Stopping

    style = progress.Style.json if shown.json_lines else progress.Style.quiet if shown.quiet else progress.Style.people
    face = progress.Progress(screen, shown.title, style)
    say = screen.print if style is progress.Style.people else lambda *words, **options: None
    try:
        with (
            face,
            Stopping(lambda words: err.print(f"[yellow]{words}[/yellow]")) as stopping,
        ):
            solved = solver(watch=face.watch, stopping=stopping)
    except (ValueError, MemoryError, Busy) as error:
        _discard(folder)
        stop(str(error) or "the machine has not enough memory", USAGE)
    if not solved.history:
        stop(f"stopped before the first step; pdedsl resume {folder} begins it", FAILED)
    solved.save(folder)
    face.end(solved)
    if shown.profile:
        say(f"\n{solved.profile()}\n", soft_wrap=True)
    say(f"[dim]written to[/dim] {folder}/", soft_wrap=True)
    if solved.status == "interrupted":
        say(f"[dim]go on with[/dim] pdedsl resume {folder}", soft_wrap=True)
    if solved.history[-1].loss != solved.history[-1].loss:
        stop("the loss is not a number", FAILED)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="One or more .pde files.")],
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the messages as JSON.")] = False,
) -> None:
    """Check specs without solving them; takes about a second."""
    wrong = False
    rows: list[dict[str, Any]] = []
    with no_traceback():
        for file in files:
            checked = _checked(file, {})
            counted = checked.diagnostics if strict else checked.errors
            wrong |= bool(counted)
            if as_json:
                rows += [_row(d, checked) for d in checked.diagnostics]
            else:
                _show_diagnostics(checked)
                if not checked.diagnostics:
                    screen.print(f"{file}: fine", soft_wrap=True)
        if as_json:
            screen.print_json(json.dumps(rows))
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
    with no_traceback():
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
    with no_traceback():
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
    with no_traceback():
        problem = _accept(_checked(file, _parameters(param)), _parameters(param))
        listed = _split(methods)
        folder = _run_folder(file, out, "comparisons")
        from pdedsl.faces import compare as races

        def show(method: str, seed: int, run: Any) -> None:
            error = max(run.errors.values(), default=run.history[-1].loss)
            screen.print(f"{method}, seed {seed}: {error:.2e} after {run.history[-1].step} steps", soft_wrap=True)

        try:
            found = races.race(problem, listed, time, seeds, show)
        except (ValueError, MemoryError) as error:
            _discard(folder)
            stop(str(error), USAGE)
        except KeyboardInterrupt:
            _discard(folder)
            raise
        races.write(found, problem, folder)
        screen.print(f"\n{races.table(found)}\n\n[dim]written to[/dim] {folder}/", soft_wrap=True)


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
        stop(f"there is no code `{code}`; `pdedsl explain` lists all of them", USAGE)
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
            screen.print(f"[bold]{entry.name:{width}}[/bold]  {entry.title}", soft_wrap=True)
        folder = next(iter(found.values())).path.parent
        screen.print(f"\n[dim]solve one:[/dim] pdedsl solve {folder}/NAME.pde", soft_wrap=True)
    elif name.removesuffix(".pde") not in found:
        stop(f"there is no `{name}` in the gallery; {suggest(name, found) or '`pdedsl gallery` lists it'}", USAGE)
    else:
        print(found[name.removesuffix(".pde")].path.read_text(encoding="utf-8"), end="")


# ---- what the commands share -------------------------------------------------------------------------------------------


def _read(file: Path) -> Any:
    from pdedsl.language.load import read
    from pdedsl.language.source import Diagnostic, Source, render

    source = read(file)
    if isinstance(source, Diagnostic):
        err.print(render(source, Source("", str(file))), markup=False, soft_wrap=True)
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
        stop(error.args[0], USAGE)


def _show_diagnostics(checked: "Checked") -> None:
    from pdedsl.language.source import render

    for diagnostic in checked.diagnostics:
        head, *rest = render(diagnostic, checked.source).split("\n")
        colour = "red" if diagnostic.severity == "error" else "yellow"
        err.print(head, style=f"bold {colour}", markup=False, soft_wrap=True)
        err.print("\n".join(rest) + "\n", markup=False, soft_wrap=True)


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


def _parameters(given: list[str] | None) -> dict[str, float]:
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


def _run_folder(file: Path, out: Path | None, home: str = "runs") -> Path:
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


def _discard(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


app.add_typer(runs)


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
