"""The command that goes on with what was stopped: `pdedsl resume`."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

import pdedsl
from pdedsl import runs, studies
from pdedsl.commands.devices import Count, Hosts, spoken, taken
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
from pdedsl.commands.seeking import seek
from pdedsl.commands.shell import USAGE, Fresh, err, no_traceback, stop
from pdedsl.commands.sweeping import go_through

resuming = typer.Typer()


@resuming.command()
def resume(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    steps: Annotated[int | None, typer.Option(help="The most iterations, from the very beginning.", min=1)] = None,
    time_limit: Annotated[float | None, typer.Option(help="The most seconds, from the very beginning.")] = None,
    devices: Count = None,
    hosts: Hosts = False,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    profile: Profile = False,
    quiet: Quiet = False,
    json_lines: JsonLines = False,
) -> None:
    """Go on with a run that was stopped, killed, or that ran out of time or steps."""
    with no_traceback():
        choices: dict[str, Any] = {k: v for k, v in (("steps", steps), ("time_limit", time_limit)) if v is not None}
        if not folder.is_dir():
            stop(f"{folder}: there is no such folder", USAGE)
        if devices is not None and (workers > 1 or scheduler is not None):
            stop(APART, USAGE)
        choices["devices"] = taken(devices, hosts)
        with stopped() as stopping:
            shown = Shown(folder.name, profile, quiet, json_lines, where=spoken(choices["devices"]))
            try:
                asked, swept = studies.asked.kept(folder), studies.sweep.kept(folder)
                seeds = studies.ensemble.members(folder)
                first = next(iter(seeds.values()), folder if swept is None else folder / swept.members[0].name)
                other = runs.folder.changed(first, choices["devices"].words) if (first / "run.json").exists() else []
            except ValueError as error:
                stop(str(error), USAGE)
            if asked is not None:
                if hosts or devices is not None or Hands(workers, scheduler).many:
                    stop("runs of which each begins where the last one ended are made one at a time", USAGE)
                limits = {name: own for name, own in choices.items() if name != "devices"}
                seek(asked, lambda: folder, shown, stopping, **limits)
                return
            if hosts and (seeds or swept is not None):
                stop("--hosts is for one run, not for several", USAGE)
            if not choices["devices"].first:
                follow(stopping, partial(pdedsl.resume, folder, **choices))
                return
            hands = Hands(workers, scheduler)
            for words in other:
                err.print(f"[yellow]{escape(words)}: the run does not go on bit for bit[/yellow]", soft_wrap=True)
            if swept is not None:

                def start(member: Any, before: Any, own: Path, **running: Any) -> Any:
                    given = {**choices, **running, "start": before, "brief": True}
                    return runs.run.start_again(first, member.seed, dict(member.values), folder=own, **given)

                go_through(folder, swept, shown, stopping, start, hands, **choices)
            elif seeds:
                again = partial(runs.run.start_again, first, **choices)
                ensemble(folder, shown, stopping, again, hands=hands, **choices)
            else:
                leave(
                    [run_one(Fresh(folder, False), shown, stopping, partial(pdedsl.resume, folder, **choices))], shown
                )
