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
    number,
    pair,
    read_parameters,
    screen,
    split,
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
        int,
        typer.Option(
            metavar="N", help="Solve with N seeds, and N draws of the noise of data; say how far they agree.", min=1
        ),
    ] = 1,
    from_: Annotated[
        Path | None,
        typer.Option("--from", metavar="RUN", help="Begin from this run: of other parameters, or of an earlier time."),
    ] = None,
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
        if from_ is not None:
            choices["start"] = _start(problem, from_)
        _solve(
            problem,
            choices,
            partial(fresh_folder, file, out),
            _Shown(problem.name, profile, quiet, json_lines),
            begun,
            ensemble,
        )


@solving.command()
def sweep(
    file: File,
    values: Annotated[list[str], typer.Argument(metavar="NAME=V1,V2,...", help="Values of parameters: eps=0.1,0.01")],
    seeds: Annotated[int, typer.Option(help="Runs of each combination, where anything is drawn.", min=1)] = 1,
    follow: Annotated[
        bool, typer.Option("--follow", help="Begin each run with the solution of the one before.")
    ] = False,
    param: Parameters = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="As for solve.")] = None,
    time_limit: Annotated[float | None, typer.Option(help="The most seconds of each run.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder; by default sweeps/NAME-1, -2, ...")
    ] = None,
    quiet: Quiet = False,
    json_lines: JsonLines = False,
) -> None:
    """Solve a spec for several values of its parameters: a table, for papers too, and a figure of the errors."""
    with no_traceback():
        parameters = read_parameters(param)
        checked = check_file(file, parameters)
        problem = accepted(checked, parameters)
        plan = studies.sweep.Sweep(_grid(problem, values), seeds, follow)
        problems: dict[Any, Any] = {}
        for member in plan.members:
            if member.values not in problems:
                own = parameters | dict(member.values)
                found = stages.load.check(checked.source, own)
                if found.errors:
                    aside("with", ", ".join(f"{name} = {value:g}" for name, value in member.values))
                problems[member.values] = accepted(found, own)
        choices: dict[str, Any] = dict(pair(s, "--set") for s in set_ or [])
        choices |= {} if time_limit is None else {"time_limit": time_limit}
        with _stopping() as stopping:
            folder = fresh_folder(file, out, "sweeps").path
            studies.sweep.begin(folder, plan)

            def start(member: Any, before: Any, own: Path, **running: Any) -> Any:
                given = {**choices, **running, "seed": member.seed, "start": before}
                return pdedsl.solve(problems[member.values], folder=own, **given)

            _sweep(folder, plan, _Shown(problem.name, False, quiet, json_lines), stopping, start)


def _grid(problem: Any, values: Sequence[str]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """The values of each parameter of a sweep."""
    found: dict[str, tuple[float, ...]] = {}
    known = [p.name for p in problem.parameters]
    for text in values:
        name, listed = pair(text, "a sweep")
        if name not in known:
            stop(f"{text}: the spec has no parameter `{name}`; it has: {', '.join(known) or 'none'}", USAGE)
        if name in found:
            stop(f"{text}: `{name}` is swept twice", USAGE)
        found[name] = tuple(dict.fromkeys(number(own.strip(), name, problem) for own in split(listed)))
    return tuple(found.items())


def _sweep(folder: Path, plan: Any, shown: "_Shown", stopping: Any, start: Callable[..., Any], **limits: Any) -> None:
    """Solve, or go on with, each run of a sweep; then tabulate and draw."""
    study = studies.sweep

    def run(member: Any, before: Any) -> Any:
        own = folder / member.name
        title = f"{shown.title}: {member.name.replace('-seed=', ', seed ').replace('=', ' = ')}"
        return _member(own, shown._replace(title=title), stopping, partial(start, member, before, own), **limits)

    try:
        with runs.lock.alone(folder):
            rows = study.sweep(plan, run)
            if rows[-1].solution.status == "interrupted":
                _go_on(folder, shown, "all runs")
                return
            study.save(rows, folder, shown.title)
    except runs.lock.Busy as error:
        stop(str(error), USAGE)
    if shown.json_lines:
        for row in rows:
            told = {"event": "run", **dict(row.member.values), "seed": row.member.seed, "error": row.error}
            screen.out(runs.files.as_json(told), highlight=False)
    elif not shown.quiet:
        screen.print()
        commands.progress.table(*study.summarised(rows), screen)
        aside("table.csv, table.tex, sweep.png written to", f"{folder}/")
    _leave([row.solution for row in rows], shown)


def _member(own: Path, shown: "_Shown", stopping: Any, start: Callable[..., Any], **limits: Any) -> Any:
    """One run of several: from the beginning, or on from where it was stopped."""
    begun = (own / "spec.pde").exists()
    return _run(Fresh(own, False), shown, stopping, partial(pdedsl.resume, own, **limits) if begun else start)


def _go_on(folder: Path, shown: "_Shown", what: str) -> None:
    """Say how several runs go on."""
    if not shown.quiet and not shown.json_lines:
        aside(f"go on with {what}:", f"pdedsl resume {shlex.quote(str(folder))}")


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


def _start(problem: Any, folder: Path) -> Any:
    """The solution in the folder of a run, for a problem that can begin from it."""
    try:
        start = pdedsl.open(folder).start
        stages.starting.started(problem, start)
    except FileNotFoundError:
        stop(f"--from {folder}: there is no such run", USAGE)
    except (ValueError, OSError) as error:
        stop(f"--from {folder}: {error}", USAGE)
    return start


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
                # Of data it is the noise that is drawn again.
                if solutions and solutions[0].outcome.posterior is not None:
                    first = study.members(folder)[solutions[0].plan.seed]
                    start = partial(runs.run.start_again, first, data=solutions[0].redrawn(seed), **limits)
                fresh_start = partial(start, folder=own, seed=seed)
                named = shown._replace(title=f"{shown.title}, seed {seed}")
                solutions.append(_member(own, named, stopping, fresh_start, **limits))
                if solutions[-1].status == "interrupted":
                    _go_on(folder, shown, "all seeds")
                    return
                if not solutions[0].has_network and solutions[0].outcome.posterior is None:
                    if not shown.quiet and not shown.json_lines:
                        aside("one seed says what all would:", "nothing is drawn for polynomials")
                    _leave(solutions, shown)
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
                seeds, swept = studies.ensemble.members(folder), studies.sweep.kept(folder)
                first = next(iter(seeds.values()), folder if swept is None else folder / swept.members[0].name)
                other = runs.folder.changed(first) if (first / "run.json").exists() else []
            except ValueError as error:
                stop(str(error), USAGE)
            for words in other:
                err.print(f"[yellow]{escape(words)}: the run does not go on bit for bit[/yellow]", soft_wrap=True)
            if swept is not None:

                def start(member: Any, before: Any, own: Path, **running: Any) -> Any:
                    given = {**choices, **running, "start": before}
                    return runs.run.start_again(first, member.seed, dict(member.values), folder=own, **given)

                _sweep(folder, swept, shown, stopping, start, **choices)
            elif seeds:
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
