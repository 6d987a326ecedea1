"""Commands that solve: `pdedsl solve | resume | verify`."""

import shlex
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.markup import escape

import pdedsl
from pdedsl import commands, planning, runs, stages, studies
from pdedsl.commands.shell import (
    FAILED,
    USAGE,
    WRONG_SPEC,
    AllowOutside,
    File,
    Fresh,
    Parameters,
    accepted,
    aside,
    check_file,
    err,
    fresh_folder,
    no_traceback,
    pair,
    read_parameters,
    screen,
    stop,
)
from pdedsl.commands.signals import Stopping
from pdedsl.vocabulary.diagnostics import SpecError

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
    time_limit: Annotated[float | None, typer.Option(help="The most seconds, from start to pictures.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The run folder; by default runs/NAME-1, -2, ...")
    ] = None,
    ensemble: Annotated[
        int, typer.Option(metavar="N", help="Solve with N seeds; say how far they agree, write mean and spread.", min=1)
    ] = 1,
    allow_outside: AllowOutside = False,
    profile: Profile = False,
    quiet: Quiet = False,
    json_lines: JsonLines = False,
) -> None:
    """Solve a spec: train the network, report the error, write the run to a folder."""
    begun = time.perf_counter()
    with no_traceback():
        checked = check_file(file, read_parameters(param), allow_outside)
        problem = accepted(checked, read_parameters(param))
        choices: dict[str, Any] = dict(pair(s, "--set") for s in set_ or [])
        choices |= {k: v for k, v in (("seed", seed), ("steps", steps), ("time_limit", time_limit)) if v is not None}
        _solve(
            problem,
            choices,
            partial(fresh_folder, file, out),
            _Shown(problem.name, profile, quiet, json_lines),
            begun,
            ensemble,
        )


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
    begun = time.perf_counter()
    with no_traceback():
        problem = accepted(check_file(file, read_parameters(param)), read_parameters(param))
        pairs = [pair(text, "--exact") for text in exact or []]
        chosen = dict(pairs)
        if len(chosen) < len(pairs):
            stop("--exact gives a function twice: one for each field", USAGE)
        try:
            made = stages.manufacture.manufacture(problem, chosen)
        except ValueError as error:
            stop(str(error), USAGE)
        choices: dict[str, Any] = dict(pair(s, "--set") for s in set_ or [])
        folder = partial(fresh_folder, file.with_stem(f"{file.stem}-verify"), out)
        _solve(made, choices, folder, _Shown(made.name, False, quiet, json_lines), begun)


def _solve(
    problem: Any,
    choices: dict[str, Any],
    folder: Callable[[], Fresh],
    shown: "_Shown",
    begun: float,
    members: int = 1,
) -> None:
    """Solve a problem in a folder, or with several seeds in folders below it; `begun` is when the command did."""
    # A limit that was given with the command holds for all of it, one of the spec for solving.
    clock = planning.plan.Clock(begun, room=ROOM) if "time_limit" in choices else planning.plan.Clock()
    with _stopping() as stopping:
        if members == 1:
            own = folder()
            solved = _run(own, shown, stopping, partial(pdedsl.solve, problem, folder=own.path, clock=clock, **choices))
            _leave([solved], shown)
            return
        first = _seed(choices.pop("seed", problem.settings.get("seed", 0)))
        seeds = range(first, first + members)
        _ensemble(folder().path, shown, stopping, partial(pdedsl.solve, problem, **choices), seeds)


ROOM = 1.6
"""The time for estimates, reports and pictures, relative to that for start and compilation."""


def _stopping() -> Any:
    """The first Ctrl-C asks, the second ends; from before anything is loaded until everything is written."""
    return Stopping(lambda words: err.print(f"[yellow]{words}[/yellow]"), lambda: screen.show_cursor(True))


def _seed(value: Any) -> int:
    try:
        return int(value)
    except ValueError:
        return stop(f"seed = {value}: `seed` takes a whole number", USAGE)


def _ensemble(
    folder: Path,
    shown: "_Shown",
    stopping: Any,
    start: Callable[..., Any],
    fresh: Sequence[int] = (),
    **limits: Any,
) -> None:
    """Solve with each seed of an ensemble, a `fresh` one or one to go on with; then say how far they agree."""
    study = studies.ensemble
    try:
        with runs.lock.alone(folder):
            if fresh and study.members(folder):
                stop(f"{folder} holds an ensemble already: choose another folder with --out", USAGE)
            if fresh:
                study.begin(folder, fresh)
            solutions = []
            for seed, own in study.members(folder).items():
                begun = (own / "spec.pde").exists()
                solver = partial(pdedsl.resume, own, **limits) if begun else partial(start, folder=own, seed=seed)
                title = f"{shown.title}, seed {seed}"
                solutions.append(_run(Fresh(own, False), shown._replace(title=title), stopping, solver))
                if solutions[-1].status == "interrupted":
                    if not shown.quiet and not shown.json_lines:
                        aside("go on with all seeds:", f"pdedsl resume {shlex.quote(str(folder))}")
                    return
            found = study.together(solutions)
            written = study.save(found, folder)
    except runs.lock.Busy as error:
        stop(str(error), USAGE)
    if shown.json_lines:
        screen.out(runs.files.as_json({"event": "ensemble", "spread": study.disagreement(found)}), highlight=False)
    elif not shown.quiet:
        screen.print()
        for line in study.describe(solutions, found):
            screen.print(line, markup=False, soft_wrap=True)
        aside("mean and spread written to", written)
    _leave(solutions, shown)


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
        with _stopping() as stopping:
            shown = _Shown(folder.name, profile, quiet, json_lines)
            try:
                seeds = studies.ensemble.members(folder)
                first = next(iter(seeds.values()), folder)
                other = runs.folder.changed(first) if (first / "run.json").exists() else []
            except ValueError as error:
                stop(str(error), USAGE)
            for words in other:
                err.print(f"[yellow]{escape(words)}: the run does not go on bit for bit[/yellow]", soft_wrap=True)
            if seeds:
                _ensemble(folder, shown, stopping, partial(runs.run.start_again, first, **choices), **choices)
            else:
                _leave([_run(Fresh(folder, False), shown, stopping, partial(pdedsl.resume, folder, **choices))], shown)


def _leave(solutions: Sequence[Any], shown: "_Shown") -> None:
    """Exit status 3 where a run came to its end and has not solved its problem; what it wrote is there all the same."""
    if failed := [s for s in solutions if s.status != "interrupted" and s.verdict.word == "not solved"]:
        if shown.quiet:
            err.print(str(failed[0].verdict), markup=False, soft_wrap=True)
        raise typer.Exit(FAILED)


class _Shown(NamedTuple):
    """What of a run is shown, and how."""

    title: str
    profile: bool
    quiet: bool
    json_lines: bool


def _run(folder: Fresh, shown: _Shown, stopping: Any, solver: Callable[..., Any]) -> Any:
    """Run a solver in a folder and show what it does and what comes of it."""
    progress = commands.progress
    style = progress.Style.json if shown.json_lines else progress.Style.quiet if shown.quiet else progress.Style.people
    face = progress.Progress(screen, shown.title, style)
    again = f"pdedsl resume {shlex.quote(str(folder.path))}"
    stopping.say = face.stopping
    try:
        with face:
            solved = solver(watch=face.watch, stopping=stopping, announce=face.end)
    except (ValueError, MemoryError, runs.lock.Busy) as error:
        stop(str(error) or "the machine has not enough memory", USAGE)
    except OSError:
        if (folder.path / "checkpoint.npz").exists():
            err.print(f"[yellow]what was saved is whole; go on with[/yellow] {escape(again)}", soft_wrap=True)
        raise
    except SpecError as error:  # in the folder of a run: it was well when the run began
        err.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_SPEC) from None
    finally:
        folder.discard()
    if not solved.history:
        stop(f"stopped before the first step; {again} begins it", FAILED)
    if not face.ended:
        face.end(solved)
    if style is progress.Style.people:
        if not face.history:
            more = "" if solved.status == "converged" else ": give it more --steps or --time-limit"
            words = f"nothing was left to do ({solved.status}){more}"
            screen.print(f"[yellow]{words}[/yellow]", soft_wrap=True)
            return solved
        if shown.profile:
            screen.print(f"\n{solved.profile()}\n", markup=False, soft_wrap=True)
        aside("written to", f"{folder.path}/")
        if solved.status == "interrupted":
            aside("go on with", again)
    if solved.history[-1].loss != solved.history[-1].loss:
        stop("the loss is not a number", FAILED)
    return solved
