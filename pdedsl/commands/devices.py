"""Where a run computes: on several devices of this process, or of many processes (`--devices`, `--hosts`)."""

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import typer

from pdedsl import solver
from pdedsl.commands.shell import FAILED, USAGE, err, stop

Count = Annotated[
    int | None,
    typer.Option("--devices", metavar="N", help="Divide the points of a network among N devices.", min=1),
]
Hosts = Annotated[
    bool,
    typer.Option(
        "--hosts", help="With all processes that the environment names: Slurm, Open MPI or JAX_COORDINATOR_ADDRESS."
    ),
]


def taken(count: int | None, hosts: bool) -> Any:
    """The devices that were asked for; None for the one that is taken without asking. Ends the command where there are none."""
    if count is None and not hosts:
        return None
    try:
        if hosts:
            return solver.mesh.join(count)
        assert count is not None
        if os.environ.get("JAX_PLATFORMS") == "cpu":
            solver.mesh.virtual(count)
        return solver.mesh.devices(count)
    except ValueError as error:
        ended = partial(stop, str(error), USAGE)
        return at_once(ended) if hosts else ended()


def first(devices: Any, begin: Callable[[], Any]) -> Any:
    """What the first process begins with, None in others; where it cannot, none of them goes on."""
    try:
        with solver.mesh.together(devices):
            return begin() if devices is None or devices.first else None
    except ValueError as error:
        return stop(str(error), USAGE)


def at_once(ended: Callable[[], Any]) -> Any:
    """End the program as something ends it, without waiting for other processes that may not answer, as JAX would."""
    try:
        ended()
    except typer.Exit as leaving:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(leaving.exit_code)


def lost(again: str) -> None:
    """End the program where another process was lost, with everything written; `again` is how the run goes on."""

    def ended() -> None:
        err.print(f"what was saved is whole; go on with {again}", markup=False, soft_wrap=True)
        stop("another process of the run answered no more", FAILED)

    at_once(ended)
