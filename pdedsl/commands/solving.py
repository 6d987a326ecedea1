"""Commands that solve one problem: `pdedsl solve | verify`."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

import pdedsl
from pdedsl import planning, runs, solver, stages, studies
from pdedsl.commands.devices import Count, Hosts, begun_by_first, spoken, taken
from pdedsl.commands.running import (
    APART,
    Hands,
    JsonLines,
    Profile,
    Quiet,
    Scheduler,
    Shown,
    Workers,
    ensemble,
    follow,
    leave,
    run_one,
    stopped,
)
from pdedsl.commands.shell import (
    USAGE,
    AllowOutside,
    File,
    Fresh,
    Parameters,
    accepted,
    check_file,
    fresh_folder,
    no_traceback,
    pair,
    read_parameters,
    screen,
    stop,
)
from pdedsl.vocabulary.columns import as_csv

solving = typer.Typer()


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
    workers: Workers = 1,
    scheduler: Scheduler = None,
    verify_members: Annotated[
        int | None,
        typer.Option(
            "--verify", metavar="N", help="Of a family solve N members by themselves, too, and compare.", min=2
        ),
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", metavar="RUN", help="Begin from this run: of other parameters, or of an earlier time."),
    ] = None,
    devices: Count = None,
    hosts: Hosts = False,
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
        if hosts and (ensemble > 1 or verify_members is not None):
            stop("--hosts is for one run, without --ensemble and --verify", USAGE)
        if devices is not None and ensemble > 1 and (workers > 1 or scheduler is not None):
            stop(APART, USAGE)
        choices["devices"] = taken(devices, hosts)
        if from_ is not None:
            choices["start"] = _start(problem, from_)
        check = None
        if verify_members is not None:
            if not problem.domain.swept:
                stop("--verify: no parameter of the spec is swept, as `param nu in [0.01, 0.1]` is", USAGE)
            if ensemble > 1:
                stop("--verify and --ensemble do not go together", USAGE)

            def at(values: Mapping[str, float]) -> Any:
                given = {**read_parameters(param), **values}
                return accepted(stages.load.check(checked.source, given), given)

            check = partial(_verified, at=at, count=verify_members, time_limit=time_limit)
        _solve(
            problem,
            choices,
            partial(fresh_folder, file, out),
            Shown(problem.name, profile, quiet, json_lines, where=spoken(choices["devices"])),
            begun,
            ensemble,
            check,
            Hands(workers, scheduler),
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
        _solve(made, choices, folder, Shown(made.name, False, quiet, json_lines), begun)


def _solve(
    problem: Any,
    choices: dict[str, Any],
    folder: Callable[[], Fresh],
    shown: Shown,
    begun: float,
    members: int = 1,
    check: Callable[..., None] | None = None,
    hands: Hands = Hands(),  # noqa: B008
) -> None:
    """Solve a problem in a folder, or with several seeds in folders below it; `begun` is when the command did."""
    # A limit that was given with the command holds for all of it, one of the spec for solving.
    clock = planning.plan.Clock(begun, room=ROOM) if "time_limit" in choices else planning.plan.Clock()
    with stopped() as stopping:
        if members == 1:
            own = begun_by_first(choices.setdefault("devices", solver.devices.HERE), folder)
            if own is None:
                follow(stopping, partial(pdedsl.solve, problem, clock=clock, **choices))
                return
            solved = run_one(
                own, shown, stopping, partial(pdedsl.solve, problem, folder=own.path, clock=clock, **choices)
            )
            if check is not None and solved.status != "interrupted":
                check(solved, own.path, shown, stopping)
            leave([solved], shown)
            return
        first = _seed(choices.pop("seed", problem.settings.get("seed", 0)))
        seeds = range(first, first + members)
        ensemble(folder().path, shown, stopping, partial(pdedsl.solve, problem, **choices), seeds, hands)


def _verified(
    solved: Any,
    folder: Path,
    shown: Shown,
    stopping: Any,
    at: Callable[[Mapping[str, float]], Any],
    count: int,
    time_limit: float | None,
) -> None:
    """Solve members of a family by themselves, and say how far the family is from these; `members.csv` has each."""
    found = studies.members.members(solved, at, count, time_limit, stopping)
    for own in found:
        if shown.json_lines:
            told = {"event": "verify", "field": own.field, "median": own.median, "worst": own.worst, "where": own.where}
            screen.out(runs.files.as_json(told), highlight=False)
        elif not shown.quiet:
            screen.print(f"members   {own}", markup=False, highlight=False, soft_wrap=True)
    if found:
        parameters = {name: values.tolist() for name, values in found[0].parameters.items()}
        columns = {**parameters, **{f"error of {own.field}": own.errors.tolist() for own in found}}
        runs.files.write(folder / "members.csv", as_csv(columns).encode())


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


def _seed(value: Any) -> int:
    try:
        return int(value)
    except ValueError:
        return stop(f"seed = {value}: `seed` takes a whole number", USAGE)
