"""Commands on the folder of a run: `pdedsl info | eval | export | plot | analyze RUN`."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

import pdedsl
from pdedsl import commands, pictures, runs, studies
from pdedsl.commands.shell import USAGE, aside, no_traceback, screen, stop, target
from pdedsl.vocabulary.columns import as_csv
from pdedsl.vocabulary.diagnostics import SpecError
from pdedsl.vocabulary.spoken import value_words

inspecting = typer.Typer()

Run = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]


@inspecting.command()
def info(run: Run) -> None:
    """Say what a run is and how good: problem, network, losses, errors, residual on fresh points."""
    with no_traceback():
        try:
            seeds, swept = studies.ensemble.members(run), studies.sweep.kept(run)
        except ValueError as error:
            stop(str(error), USAGE)
        if swept is not None:
            held = (m for m in swept.members if (run / m.name / "run.json").exists())
            rows = [studies.sweep.row_of(member, _open(run / member.name)) for member in held]
            if not rows:
                stop(f"{run} was stopped before its first run", USAGE)
            commands.progress.table(*studies.swept.summarised(rows), screen)
        elif seeds:
            solutions = [_open(own) for own in seeds.values()]
            for line in studies.ensemble.describe(solutions, studies.ensemble.together(solutions)):
                screen.print(line, markup=False, soft_wrap=True)
        else:
            commands.progress.summary(_open(run), screen)


@inspecting.command("eval")
def eval_(
    run: Run,
    at: Annotated[
        list[str] | None, typer.Option("--at", metavar="x=0.5,t=1", help="A point; may be given several times.")
    ] = None,
    points: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="A table of points with a column for each coordinate.")
    ] = None,
    line: Annotated[
        str | None,
        typer.Option("--line", metavar='"0,0 : 1,0"', help="Points along a line, from one end to the other."),
    ] = None,
    count: Annotated[int, typer.Option("-n", metavar="N", help="How many points a line has.")] = 101,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="The value of a swept parameter.")
    ] = None,
    of: Annotated[
        list[str] | None,
        typer.Option("--of", metavar="EXPR", help='What to evaluate: "dx(u)", any expression; by default the fields.'),
    ] = None,
    derivative: Annotated[
        str | None,
        typer.Option(metavar="PARAMETER", help="The derivatives of all reports with respect to a parameter."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the table here instead of printing it.")
    ] = None,
) -> None:
    """Evaluate the solution, its derivatives, or any expression in them."""
    with no_traceback():
        if derivative is not None:
            _derivatives(_open(run), derivative, alone=not (at or points or line or of or param or out))
            return
        named = sum(way is not None for way in (at, points, line))
        if named > 1 or (named == 0 and not of):
            one = "one and not both" if named else 'or --of an integral, as in --of "integral(u)"'
            stop(f'give points with --at "x=0.5,t=1", --line "0 : 1" or a table of them with --csv FILE; {one}', USAGE)
        if param and not named:
            stop('--param goes with points: --at "x=0.5", --line "0 : 1", --csv FILE', USAGE)
        solution = _open(run)

        names = list(solution.problem.names)
        if of and not named:
            _whole(solution, of, out)
            return
        held = commands.points.held_by(param, solution.stated)
        if at is not None:
            given = commands.points.from_options(at, solution.stated, held)
        elif line is not None:
            given = commands.points.from_line(line, count, solution.stated, held)
        else:
            given = commands.points.from_table(points, solution.stated, held)
        expressions = of or [f.name for f in solution.problem.fields if f.arguments]
        found, errors = commands.points.evaluated(solution, expressions, given)
        columns = dict(zip(names, given.T, strict=True)) | commands.points.with_errors(found, errors)
        if out is not None:
            runs.files.write(target(out), as_csv(columns).encode())
            aside("written to", out)
        elif at is not None and len(at) == 1:
            for name, values in found.items():
                words = value_words(name, float(values[0]), float(errors[name][0]))
                screen.print(words, markup=False, highlight=False, soft_wrap=True)
        else:
            screen.out(as_csv(columns), end="", highlight=False)


def _derivatives(solution: "pdedsl.Solution", parameter: str, alone: bool) -> None:
    """What the reports change by with a parameter."""
    if not alone:
        stop("--derivative is of all reports of a run: it stands alone", USAGE)
    if not solution.problem.reports:
        stop("--derivative is of reports, and this spec has none: add, say, `report total = integral(u)`", USAGE)
    try:
        found = solution.derivatives(parameter)
    except ValueError as error:
        stop(f"--derivative: {error}", USAGE)
    for name, own in found.items():
        low, high, off = float(np.nanmin(own.values)), float(np.nanmax(own.values)), float(np.nanmax(own.errors))
        value = f"{low:.10g}" if own.values.size == 1 else f"between {low:.6g} and {high:.6g}"
        screen.print(
            f"d {name}/d {parameter} = {value} \N{PLUS-MINUS SIGN} {off:.0e}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def _whole(solution: "pdedsl.Solution", expressions: list[str], out: Path | None) -> None:
    """What is a number, or a curve in time, of the whole solution: integrals, means, extremes."""
    found = []
    for expression in expressions:
        found.append(solution.quantity(expression))
        if found[-1].values.size > 1 and found[-1].times is None:
            stop(f'`{expression}` differs from point to point: say where, --at "x=0.5,t=1"', USAGE)
    curves = [q for q in found if q.times is not None]
    if not curves and out is None:
        for quantity in found:
            screen.print(f"{quantity.name} = {quantity}", markup=False, soft_wrap=True)
        return
    length = max(q.values.size for q in found)
    columns: dict[str, Any] = {}
    if curves:
        columns[curves[0].along] = curves[0].times
    values, errors = (
        {q.name: np.broadcast_to(own, length) for q, own in zip(found, columns, strict=True)}
        for columns in ([q.values for q in found], [q.errors for q in found])
    )
    columns |= commands.points.with_errors(values, errors)
    if out is not None:
        runs.files.write(target(out), as_csv(columns).encode())
        aside("written to", out)
    else:
        screen.out(as_csv(columns), end="", highlight=False)


@inspecting.command()
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

        try:
            name = runs.export.format_of(format_, out and target(out))
            written = runs.export.export(solution, name, out or run / f"solution.{runs.export.FORMATS[name].suffix}")
        except ValueError as error:
            stop(str(error), USAGE)
        aside("written to", written)


@inspecting.command()
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

        path = target(out or run / ("solution.gif" if animate else "solution.png"))
        suffix = path.suffix.lstrip(".").lower()
        if suffix not in (("gif",) if animate else ("png", "pdf", "svg")):
            stop(
                f"{path}: {'a GIF is written to NAME.gif' if animate else 'the name ends in .png, .pdf or .svg'}", USAGE
            )
        try:
            if animate:
                moving = solution.animate()
                runs.files.write_with(path, lambda temporary: pictures.plot.save_moving(moving, temporary))
            else:
                figure = solution.plot()
                runs.files.write_with(path, lambda temporary: figure.savefig(temporary, dpi=150, format=suffix))
        except ValueError as error:
            stop(str(error), USAGE)
        aside("written to", path)


@inspecting.command()
def analyze(
    run: Run,
    at: Annotated[
        list[str] | None, typer.Option("--at", metavar="x=0.5,t=1", help="The second argument of the kernels.")
    ] = None,
) -> None:
    """Make the theory visible: spectrum, NTK and NNTK, Green's function, the first steps, D on Fourier modes."""
    with no_traceback():
        solution = _open(run)

        sources: Any = commands.points.from_options(at, solution.stated) if at else ()
        for text, inside in zip(at or (), solution.inside(sources) if at else (), strict=True):
            if not inside:
                stop(f"--at {text}: this point lies outside the domain", USAGE)
        for words in studies.theory.analyze(solution, run / "analysis", sources):
            screen.print(words, markup=False, soft_wrap=True)
        aside("written to", f"{run / 'analysis'}/")


def _open(run: Path) -> "pdedsl.Solution":
    if not run.is_dir():
        stop(
            f"{run}: {'this is a file: name the folder of a run' if run.exists() else 'there is no such folder'}", USAGE
        )

    try:
        if seeds := studies.ensemble.members(run):
            own = ", ".join(map(str, seeds.values()))
            stop(f"{run} holds an ensemble: name one of its runs, {own}", USAGE)
        if (swept := studies.sweep.kept(run)) is not None:
            stop(f"{run} holds a sweep: name one of its runs, {run / swept.members[0].name}", USAGE)
        return pdedsl.open(run)
    except (ValueError, SpecError) as error:
        stop(str(error), USAGE)
