"""Commands on the folder of a run: `pdedsl info | eval | export | plot | analyze RUN`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pdedsl.commands.shell import USAGE, aside, err, no_traceback, number, pair, screen, split, stop, target

if TYPE_CHECKING:
    import numpy as np

    from pdedsl.runs.solution import Solution

runs = typer.Typer()

Run = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]


@runs.command()
def info(run: Run) -> None:
    """Say what a run is and how good: problem, network, losses, errors, residual on fresh points."""
    with no_traceback():
        from pdedsl.commands.progress import summary
        from pdedsl.studies.ensemble import describe, members, together

        try:
            seeds = members(run)
        except ValueError as error:
            stop(str(error), USAGE)
        if seeds:
            solutions = [_open(own) for own in seeds.values()]
            for line in describe(solutions, together(solutions)):
                screen.print(line, markup=False, soft_wrap=True)
        else:
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
            both = " and not both" if at else ""
            stop(f'give points with --at "x=0.5,t=1" or a table of them with --csv FILE{both}', USAGE)
        solution = _open(run)
        from pdedsl.runs.export import as_csv
        from pdedsl.runs.folder import write

        names = [c.name for c in solution.problem.coordinates]
        given = _from_options(at, names) if at is not None else _from_table(points, names)
        expressions = of or [f.name for f in solution.problem.fields]
        found = _evaluated(solution, expressions, given)
        columns = dict(zip(names, given.T, strict=True)) | found
        if out is not None:
            write(target(out), as_csv(columns).encode())
            aside("written to", out)
        elif at is not None and len(at) == 1:
            for name, values in found.items():
                screen.print(f"{name} = {float(values[0]):.12g}", markup=False, soft_wrap=True)
        else:
            screen.out(as_csv(columns), end="", highlight=False)


@runs.command()
def export(
    run: Run,
    format_: Annotated[
        str | None,
        typer.Option("--format", help="netcdf, vtk, csv, npz or stablehlo; by default as --out ends, or netcdf."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="By default solution.SUFFIX in the run folder.")
    ] = None,
) -> None:
    """Write the solution for other programs; stablehlo is a function that runs without pdedsl."""
    with no_traceback():
        solution = _open(run)
        from pdedsl.runs.export import FORMATS, format_of
        from pdedsl.runs.export import export as export_to

        try:
            name = format_of(format_, out and target(out))
            written = export_to(solution, name, out or run / f"solution.{FORMATS[name].suffix}")
        except ValueError as error:
            stop(str(error), USAGE)
        aside("written to", written)


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

        from pdedsl.pictures.plot import RATE
        from pdedsl.runs.folder import write_with

        path = target(out or run / ("solution.gif" if animate else "solution.png"))
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
        aside("written to", path)


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
        import numpy as np

        from pdedsl.geometry import geometry
        from pdedsl.studies.theory import analyze as analyze_solution

        sources: Any = _from_options(at, [c.name for c in solution.problem.coordinates]) if at else ()
        for text, inside in zip(
            at or (), geometry.closed(solution.problem, np.asarray(sources)) if at else (), strict=True
        ):
            if not inside:
                stop(f"--at {text}: this point lies outside the domain", USAGE)
        for words in analyze_solution(solution, run / "analysis", sources):
            screen.print(words, markup=False, soft_wrap=True)
        aside("written to", f"{run / 'analysis'}/")


def _save(moving: Any, path: Path, writer: Any) -> None:
    """An animation to a file whose name says nothing of its format."""
    gif = path.with_name(path.name + ".gif")
    moving.save(gif, writer=writer)
    gif.replace(path)


def _open(run: Path) -> "Solution":
    if not run.is_dir():
        stop(
            f"{run}: {'this is a file: name the folder of a run' if run.exists() else 'there is no such folder'}", USAGE
        )
    from pdedsl.runs.run import open_run
    from pdedsl.studies.ensemble import members
    from pdedsl.vocabulary.source import SpecError

    try:
        if seeds := members(run):
            own = ", ".join(map(str, seeds.values()))
            stop(f"{run} holds an ensemble: name one of its runs, {own}", USAGE)
        return open_run(run)
    except (ValueError, SpecError) as error:
        stop(str(error), USAGE)


def _evaluated(solution: "Solution", expressions: list[str], points: "np.ndarray") -> dict[str, "np.ndarray"]:
    """Columns by name; a vector has one for each component, `grad(u)[1]`."""
    import numpy as np

    from pdedsl.geometry import geometry
    from pdedsl.vocabulary.source import SpecError

    if outside := int((~geometry.closed(solution.problem, points)).sum()):
        err.print(f"[yellow]{outside} of {len(points)} points lie outside the domain: nan[/yellow]", soft_wrap=True)
    found: dict[str, Any] = {}
    for expression in expressions:
        try:
            values = solution.evaluate(expression, points)
        except SpecError as error:
            err.print(str(error), markup=False, soft_wrap=True)
            raise typer.Exit(USAGE) from None
        for index in np.ndindex(values.shape[1:]):
            place = f"[{', '.join(str(k + 1) for k in index)}]" if index else ""
            found[f"{expression}{place}"] = values[(slice(None), *index)]
    return found


def _from_options(at: list[str], names: list[str]) -> "np.ndarray":
    import numpy as np

    rows = []
    for text in at:
        given = [pair(part, "--at") for part in split(text)]
        _complete([name for name, _ in given], names, f"--at {text}")
        values = {name: number(value, f"--at {name}") for name, value in given}
        rows.append([values[n] for n in names])
    return np.asarray(rows, float)


def _from_table(path: Path | None, names: list[str]) -> "np.ndarray":
    """Points from a table; columns are separated by commas, semicolons or tabs, whichever the header has most of."""
    import csv

    import numpy as np

    assert path is not None
    try:
        text = path.read_text(encoding="utf-8-sig")
        head = text.partition("\n")[0]
        rows = csv.reader(text.splitlines(), delimiter=max(",;\t", key=head.count), skipinitialspace=True)
        header = [n.strip() for n in next(rows, [])]
    except (UnicodeDecodeError, csv.Error):
        stop(f"{path} is not a table in UTF-8", USAGE)
    if not any(header):
        stop(f"{path} is empty: its first line names the columns {', '.join(names)}", USAGE)
    _complete(header, names, f"{path}: the first line is `{head.strip()[:40]}`", more=True)
    places, found = [header.index(n) for n in names], []
    for row in rows:
        try:
            found.append([float(row[place]) for place in places])
        except (IndexError, ValueError):
            if any(cell.strip() for cell in row):
                stop(f"{path}:{rows.line_num}: this row needs a number for each of {', '.join(names)}", USAGE)
    if not found:
        stop(f"{path} holds no points", USAGE)
    return np.asarray(found, float)


def _complete(given: list[str], names: list[str], where: str, more: bool = False) -> None:
    missing = [n for n in names if n not in given]
    extra = [n for n in given if n not in names] if not more else []
    twice = [n for n in names if given.count(n) > 1]
    if missing or extra or twice:
        what = f"there is no coordinate `{extra[0]}`" if extra else f"`{(missing or twice)[0]}` is "
        what += "" if extra else "missing" if missing else "there twice"
        stop(f"{where}: {what}; the coordinates are {', '.join(names)}", USAGE)
