"""The command that solves a problem for many values of its parameters: `pdedsl sweep`."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

import pdedsl
from pdedsl import commands, runs, stages, studies
from pdedsl.commands.running import (
    Hands,
    JsonLines,
    Quiet,
    Scheduler,
    Shown,
    Workers,
    ahead,
    go_on,
    leave,
    member,
    stopped,
)
from pdedsl.commands.seeking import seek
from pdedsl.commands.shell import (
    USAGE,
    File,
    Parameters,
    accepted,
    aside,
    check_file,
    fresh_folder,
    no_traceback,
    number,
    pair,
    read_parameters,
    screen,
    stop,
)
from pdedsl.vocabulary.spoken import place_words

sweeping = typer.Typer()


@sweeping.command()
def sweep(
    file: File,
    values: Annotated[
        list[str],
        typer.Argument(metavar="NAME=VALUES ...", help="Of parameters: eps=0.1,0.01 or nu=0.01..0.1:20, then log."),
    ],
    design: Annotated[
        str | None, typer.Option(metavar="sobol:N", help="N points that fill the box of ranges a=0..1 evenly.")
    ] = None,
    follow: Annotated[
        bool,
        typer.Option("--follow", help="From the first value of a range follow the branch, also where it turns round."),
    ] = False,
    switch: Annotated[
        bool, typer.Option("--switch", help="With --follow: those branches, too, that cross it at bifurcations.")
    ] = False,
    until: Annotated[
        str | None,
        typer.Option(metavar="'A = B'", help='Find the value in a range at which this holds: "maximum(T) = 400".'),
    ] = None,
    most: Annotated[int, typer.Option("--points", help="The most points of a branch.", min=2)] = 200,
    cold: Annotated[bool, typer.Option("--cold", help="Begin each run from nothing, not from the one before.")] = False,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    seeds: Annotated[int, typer.Option(help="Runs of each combination, where anything is drawn.", min=1)] = 1,
    param: Parameters = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="As for solve.")] = None,
    time_limit: Annotated[float | None, typer.Option(help="The most seconds of each run.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder; by default sweeps/NAME-1, -2, ...")
    ] = None,
    quiet: Quiet = False,
    json_lines: JsonLines = False,
) -> None:
    """Solve a spec for many values of its parameters: tables, a picture, and one file of all solutions."""
    with no_traceback():
        parameters = read_parameters(param)
        checked = check_file(file, parameters)
        problem = accepted(checked, parameters)
        choices: dict[str, Any] = dict(pair(s, "--set") for s in set_ or [])
        choices |= {} if time_limit is None else {"time_limit": time_limit}
        shown = Shown(problem.name, False, quiet, json_lines)
        if said := _at_odds(follow, switch, until, design=design is not None, cold=cold, seeds=seeds > 1):
            stop(said, USAGE)
        if follow or until is not None:
            own = _one_range(problem, values, "--follow" if follow else "--until")
            where = str(file.absolute()), checked.source.text, parameters
            asked = studies.asked.Asked(*where, own.name, own.low, own.high, choices, until, switch, most)
            with stopped() as stopping:
                seek(asked, lambda: fresh_folder(file, out, "sweeps").path, shown, stopping)
            return
        names, cells = _cells(problem, values, design)
        plan = studies.sweep.Sweep(names, cells, seeds, cold)
        problems: dict[Any, Any] = {}
        for own in plan.members:
            if own.values not in problems:
                found = stages.load.check(checked.source, parameters | dict(own.values))
                if found.errors:
                    aside("with", place_words(dict(own.values), 6))
                problems[own.values] = accepted(found, parameters | dict(own.values), again=True)
        with stopped() as stopping:
            folder = fresh_folder(file, out, "sweeps").path
            studies.sweep.begin(folder, plan)

            def start(own: Any, before: Any, home: Path, **running: Any) -> Any:
                given = {**choices, **running, "seed": own.seed, "start": before, "brief": True}
                return pdedsl.solve(problems[own.values], folder=home, **given)

            go_through(folder, plan, shown, stopping, start, Hands(workers, scheduler))


def _at_odds(follow: bool, switch: bool, until: str | None, **others: bool) -> str:
    """What is wrong with options that do not go together, in words."""
    if switch and not follow:
        return "--switch goes with --follow"
    if follow and until is not None:
        return "--follow goes along a branch, --until seeks one value: take one of them"
    option = "--follow" if follow else "--until" if until is not None else ""
    found = next((name for name, given in others.items() if given and option), "")
    return f"{option} takes one solution after another by itself: without --{found}" if found else ""


def _one_range(problem: Any, words: Sequence[str], option: str) -> Any:
    """The one range in which a branch is followed, or a value is sought."""
    ranges = _ranges(problem, words)
    if len(ranges) != 1 or ranges[0].listed:
        stop(f"{option} goes from one value of one parameter towards another: lam=0.1..5", USAGE)
    return ranges[0]


def _ranges(problem: Any, words: Sequence[str]) -> Any:
    """The values of the parameters of a sweep."""
    known, exact = problem.settable, {p.name for p in (*problem.parameters, *problem.domain.swept)}

    def value(text: str, name: str) -> float:
        if name not in known:
            stop(f"{name}={text}: the spec has no parameter `{name}`; it has: {', '.join(known) or 'none'}", USAGE)
        if name not in exact:
            stop(f"{name}={text}: `{name}` has an uncertainty and is sought beside the data; leave `noise` out", USAGE)
        return number(text, name, problem)

    try:
        return studies.values.ranges(words, value)
    except ValueError as error:
        stop(str(error), USAGE)


def _cells(problem: Any, words: Sequence[str], design: str | None) -> tuple[tuple[str, ...], Any]:
    """The names of the parameters of a sweep, and their values for each run."""
    ranges, study = _ranges(problem, words), studies.values
    try:
        return tuple(own.name for own in ranges), study.grid(ranges) if design is None else study.designed(
            ranges, design
        )
    except ValueError as error:
        stop(str(error), USAGE)


def go_through(
    folder: Path,
    plan: Any,
    shown: Shown,
    stopping: Any,
    start: Callable[..., Any],
    hands: Hands = Hands(),  # noqa: B008
    **limits: Any,
) -> None:
    """Solve, or go on with, each run of a sweep; then tabulate and draw. With many hands all but the first are made before."""

    def run(own: Any, before: Any) -> Any:
        home = folder / own.name
        title = f"{shown.title}: {own.name.replace('-seed=', ', seed ').replace('=', ' = ')}"
        one = shown._replace(title=title, one=True)
        return member(home, one, stopping, partial(start, own, before, home), brief=True, **limits)

    rows = []
    try:
        with runs.lock.alone(folder):
            for row in studies.sweep.sweep(plan, run):
                rows.append(row)
                if shown.json_lines:
                    screen.out(runs.files.as_json(_told(row)), highlight=False)
                elif not shown.quiet:
                    screen.print(commands.progress.row_line(row), markup=False, highlight=False, soft_wrap=True)
                if len(rows) == 1 and hands.many:
                    ahead(studies.spread.others(plan, folder, row.drawn, limits), hands, shown, stopping)
            if rows[-1].status == "interrupted":
                go_on(folder, shown, "all runs")
                return
            studies.swept.save(rows, folder, shown.title)
    except runs.lock.Busy as error:
        stop(str(error), USAGE)
    if not shown.json_lines and not shown.quiet:
        if plan.seeds > 1:
            screen.print()
            commands.progress.table(*studies.swept.summarised(rows), screen)
        aside("sweep.png, sweep.nc, table.csv, table.tex written to", f"{folder}/")
    leave(rows, shown)


def _told(row: Any) -> dict[str, Any]:
    return {
        "event": "run",
        **dict(row.member.values),
        "seed": row.member.seed,
        "error": row.error,
        "verdict": row.verdict.word,
    }
