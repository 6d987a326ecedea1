"""Where a run computes: on several devices of this process, or of many processes (`--devices`, `--hosts`)."""

import os
import sys
from collections.abc import Callable
from typing import Annotated, Any, NoReturn

import typer

from pdedsl import solver
from pdedsl.commands.shell import USAGE, stop

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
    """The devices that were asked for. Ends the command where there are none."""
    if count is None and not hosts:
        return solver.devices.HERE
    try:
        if hosts:
            return solver.devices.join(count)
        assert count is not None
        if os.environ.get("JAX_PLATFORMS") == "cpu":
            solver.devices.virtual(count)
        return solver.devices.devices(count)
    except ValueError as error:
        return fail(str(error))


def spoken(devices: Any) -> str:
    """The devices of a run as its display has them: nothing of one that nobody asked for."""
    return "" if devices == solver.devices.HERE else devices.words


def begun_by_first(devices: Any, begin: Callable[[], Any]) -> Any:
    """What the first process begins with, None in others; where it cannot, none of them goes on."""
    try:
        with solver.devices.together(devices):
            return begin() if devices.first else None
    except ValueError as error:
        return stop(str(error), USAGE)


def fail(message: str, status: int = USAGE) -> NoReturn:
    """End the command with a message; one of many processes does not wait for others, which may not answer, as JAX would."""
    try:
        stop(message, status)
    except typer.Exit:
        if not solver.devices.joined():
            raise
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


LOST = "another process of the run answered no more"
"""What a run says that was ended by that."""
