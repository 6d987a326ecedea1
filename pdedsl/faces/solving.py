"""Commands that solve: `pdedsl solve | resume | verify`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from pdedsl.faces.shell import (
    FAILED,
    USAGE,
    File,
    Parameters,
    accepted,
    check_file,
    discard,
    err,
    fresh_folder,
    no_traceback,
    pair,
    read_parameters,
    screen,
    stop,
)

solving = typer.Typer()

Profile = Annotated[bool, typer.Option("--profile", help="Say where the time of a step goes.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but what is wrong.")]
JsonLines = Annotated[bool, typer.Option("--json-lines", help="Print one JSON object a step, for programs.")]


@solving.command()
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
    ensemble: Annotated[
        int, typer.Option(metavar="N", help="Solve with N seeds; say how far they agree, write mean and spread.", min=1)
    ] = 1,
    profile: Profile = False,
    quiet: Quiet = False,
    json_lines: JsonLines = False,
) -> None:
    """Solve a spec: train the network, report the error, write the run to a folder."""
    with no_traceback():
        checked = check_file(file, read_parameters(param))
        problem = accepted(checked, read_parameters(param))
        choices: dict[str, Any] = dict(pair(s, "--set") for s in set_ or [])
        choices |= {k: v for k, v in (("seed", seed), ("steps", steps), ("time_limit", time_limit)) if v is not None}
        shown = _Shown(problem.name, profile, quiet, json_lines)
        _solve(problem, choices, fresh_folder(file, out), shown, ensemble)


@solving.command()
def verify(
    file: File,
    exact: Annotated[
        list[str] | None,
        typer.Option("--exact", metavar="'u = EXPR'", help="The solution to be found; one for each field."),
    ] = None,
    param: Parameters = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="As for solve.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The run folder; by default runs/NAME-verify-1, -2, ...")
    ] = None,
    quiet: Quiet = False,
    json_lines: JsonLines = False,
) -> None:
    """Try the settings of a spec on a problem with the same operators and a solution of your choice."""
    with no_traceback():
        problem = accepted(check_file(file, read_parameters(param)), read_parameters(param))
        from pdedsl.language.manufacture import manufacture
        from pdedsl.language.source import SpecError

        chosen = dict(pair(text, "--exact") for text in exact or [])
        try:
            made = manufacture(problem, chosen)
        except ValueError as error:
            stop(str(error), USAGE)
        except SpecError as error:
            err.print(str(error), markup=False, soft_wrap=True)
            raise typer.Exit(USAGE) from None
        choices: dict[str, Any] = dict(pair(s, "--set") for s in set_ or [])
        folder = fresh_folder(file.with_stem(f"{file.stem}-verify"), out)
        _solve(made, choices, folder, _Shown(made.name, False, quiet, json_lines))


def _solve(problem: Any, choices: dict[str, Any], folder: Path, shown: "_Shown", members: int = 1) -> None:
    """Solve a problem in a folder, or with several seeds in folders below it."""
    # From here on it is a matter of seconds: load what computes.
    from pdedsl.faces.solution import solve as run_solver

    if members == 1:
        _run(folder, shown, lambda **watching: run_solver(problem, folder=folder, **watching, **choices))
        return
    from pdedsl.faces.ensemble import disagreement, save, together

    solutions = []
    first = int(choices.pop("seed", dict(problem.choices).get("seed", 0)))
    for seed in range(first, first + members):
        own = folder / f"seed-{seed}"
        solutions.append(
            _run(
                own,
                shown,
                lambda s=seed, f=own, **watching: run_solver(problem, folder=f, seed=s, **watching, **choices),
            )
        )
        if solutions[-1].status == "interrupted":
            return
    found = together(solutions)
    written = save(found, folder)
    words = ", ".join(f"{name} {value:.1e}" for name, value in disagreement(found).items())
    if not shown.quiet and not shown.json_lines:
        screen.print(f"\nspread over {members} seeds, relative to the field: {words}", soft_wrap=True)
        screen.print(f"[dim]mean and spread written to[/dim] {written}", soft_wrap=True)
    elif shown.json_lines:
        print(json.dumps({"event": "ensemble", "spread": disagreement(found)}))


@solving.command()
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


def _run(folder: Path, shown: _Shown, solver: Callable[..., Any]) -> Any:
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
        discard(folder)
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
    return solved
