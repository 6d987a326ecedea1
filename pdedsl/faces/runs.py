"""Commands on the folder of a run: `pdedsl info | eval | export | plot | analyze RUN`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pdedsl.faces.shell import USAGE, err, no_traceback, pair, screen, stop

if TYPE_CHECKING:
    import numpy as np

    from pdedsl.faces.solution import Solution

runs = typer.Typer()

Run = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]


@runs.command()
def info(run: Run) -> None:
    """Say what a run is and how good: problem, network, losses, errors, residual on fresh points."""
    with no_traceback():
        from pdedsl.faces.progress import summary

        summary(_open(run), screen)


@runs.command("eval")
def eval_(
    run: Run,
    at: Annotated[
        list[str] | None, typer.Option("--at", metavar="x=0.5,t=1", help="A point; may be given several times.")
    ] = None,
    points: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="A table of points with a column for each coordinate.")
    ] = None,
    of: Annotated[
        list[str] | None,
        typer.Option("--of", metavar="EXPR", help='What to evaluate: "dx(u)", any expression; by default the fields.'),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the table here instead of printing it.")
    ] = None,
) -> None:
    """Evaluate the solution, its derivatives, or any expression in them."""
    with no_traceback():
        if (at is None) == (points is None):
            stop('give points with --at "x=0.5,t=1", or a table of them with --csv FILE', USAGE)
        solution = _open(run)
        from pdedsl.faces.export import as_csv
        from pdedsl.faces.folder import write

        names = [c.name for c in solution.problem.coordinates]
        given = _from_options(at, names) if at is not None else _from_table(points, names)
        expressions = of or [f.name for f in solution.problem.fields]
        columns = dict(zip(names, given.T, strict=True)) | _evaluated(solution, expressions, given)
        if out is not None:
            write(out, as_csv(columns).encode())
        elif at is not None and len(at) == 1:
            for name, values in list(columns.items())[len(names) :]:
                screen.print(f"{name} = {float(values[0]):.12g}", markup=False, soft_wrap=True)
        else:
            print(as_csv(columns), end="")


@runs.command()
def export(
    run: Run,
    format_: Annotated[str, typer.Option("--format", help="netcdf, vtk, csv, npz or stablehlo.")] = "netcdf",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="By default solution.SUFFIX in the run folder.")
    ] = None,
) -> None:
    """Write the solution for other programs; stablehlo is a function that runs without pdedsl."""
    with no_traceback():
        solution = _open(run)
        from pdedsl.faces.export import FORMATS
        from pdedsl.faces.export import export as export_to

        suffix = FORMATS[format_].suffix if format_ in FORMATS else ""
        try:
            written = export_to(solution, format_, out or run / f"solution.{suffix}")
        except ValueError as error:
            stop(str(error), USAGE)
        screen.print(f"[dim]written to[/dim] {written}", soft_wrap=True)


@runs.command()
def plot(
    run: Run,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="By default solution.png, or solution.gif, in the run folder.")
    ] = None,
    animate: Annotated[bool, typer.Option("--animate", help="The first field moving in time, as a GIF.")] = False,
) -> None:
    """Draw the solution, its error, the convergence and the sampler's points; png, pdf or svg by the file's name."""
    with no_traceback():
        solution = _open(run)
        from matplotlib.animation import PillowWriter

        from pdedsl.faces.folder import write_with
        from pdedsl.faces.plot import RATE

        path = out or run / ("solution.gif" if animate else "solution.png")
        suffix = path.suffix.lstrip(".").lower()
        if suffix not in (("gif",) if animate else ("png", "pdf", "svg")):
            stop(
                f"{path}: {'a GIF is written to NAME.gif' if animate else 'the name ends in .png, .pdf or .svg'}", USAGE
            )
        try:
            if animate:
                moving = solution.animate()
                write_with(path, lambda temporary: _save(moving, temporary, PillowWriter(fps=RATE)))
            else:
                figure = solution.plot()
                write_with(path, lambda temporary: figure.savefig(temporary, dpi=150, format=suffix))
        except ValueError as error:
            stop(str(error), USAGE)
        screen.print(f"[dim]written to[/dim] {path}", soft_wrap=True)


@runs.command()
def analyze(
    run: Run,
    at: Annotated[
        list[str] | None, typer.Option("--at", metavar="x=0.5,t=1", help="The second argument of the kernels.")
    ] = None,
) -> None:
    """Make the theory visible: spectrum, NTK and NNTK, Green's function, the first steps, D on Fourier modes."""
    with no_traceback():
        solution = _open(run)
        from pdedsl.faces.theory import analyze as analyze_solution

        sources = _from_options(at, [c.name for c in solution.problem.coordinates]).tolist() if at else ()
        for words in analyze_solution(solution, run / "analysis", sources):
            screen.print(words, markup=False, soft_wrap=True)
        screen.print(f"[dim]written to[/dim] {run / 'analysis'}/", soft_wrap=True)


def _save(moving: Any, path: Path, writer: Any) -> None:
    """An animation to a file whose name says nothing of its format."""
    gif = path.with_name(path.name + ".gif")
    moving.save(gif, writer=writer)
    gif.replace(path)


def _open(run: Path) -> "Solution":
    if not run.is_dir():
        stop(f"{run}: there is no such folder", USAGE)
    from pdedsl.faces.solution import open_run

    try:
        return open_run(run)
    except (ValueError, KeyError) as error:
        stop(str(error), USAGE)


def _evaluated(solution: "Solution", expressions: list[str], points: "np.ndarray") -> dict[str, "np.ndarray"]:
    from pdedsl.language import geometry
    from pdedsl.language.source import SpecError

    if outside := int((~geometry.closed(solution.problem, points)).sum()):
        err.print(f"[yellow]{outside} of {len(points)} points lie outside the domain: nan[/yellow]", soft_wrap=True)
    found: dict[str, Any] = {}
    for expression in expressions:
        try:
            found[expression] = solution.evaluate(expression, points)
        except SpecError as error:
            err.print(str(error), markup=False, soft_wrap=True)
            raise typer.Exit(USAGE) from None
    return found


def _from_options(at: list[str], names: list[str]) -> "np.ndarray":
    import numpy as np

    rows = []
    for text in at:
        values: dict[str, float] = {}
        for part in text.split(","):
            name, value = pair(part, "--at")
            try:
                values[name] = float(value)
            except ValueError:
                stop(f"--at {name}: `{value}` is not a number", USAGE)
        _complete(list(values), names, f"--at {text}")
        rows.append([values[n] for n in names])
    return np.asarray(rows, float)


def _from_table(path: Path | None, names: list[str]) -> "np.ndarray":
    import csv

    import numpy as np

    assert path is not None
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file, skipinitialspace=True)
        _complete([n.strip() for n in rows.fieldnames or []], names, str(path), more=True)
        rows.fieldnames = [n.strip() for n in rows.fieldnames or []]
        found = []
        for number, row in enumerate(rows, 2):
            try:
                found.append([float(row[n]) for n in names])
            except (TypeError, ValueError):
                stop(f"{path}:{number}: this row needs a number for each of {', '.join(names)}", USAGE)
    if not found:
        stop(f"{path} holds no points", USAGE)
    return np.asarray(found, float)


def _complete(given: list[str], names: list[str], where: str, more: bool = False) -> None:
    missing = [n for n in names if n not in given]
    extra = [n for n in given if n not in names] if not more else []
    if missing or extra:
        what = f"there is no coordinate `{extra[0]}`" if extra else f"`{missing[0]}` is missing"
        stop(f"{where}: {what}; the coordinates are {', '.join(names)}", USAGE)
