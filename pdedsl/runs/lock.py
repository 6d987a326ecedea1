"""One writer for each folder."""

import getpass
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


class Busy(Exception):
    """Another run writes to this folder, or it is no longer where it was."""


@contextmanager
def alone(folder: Path) -> Iterator[Callable[[], None]]:
    """Keep other runs out of a folder; the lock goes with the process, however that ends. Raises Busy.

    Gives a function that raises Busy once the folder is no longer the one that was locked.
    """
    own = os.stat(folder)

    def still() -> None:
        try:
            same = os.path.samestat(os.stat(folder), own)
        except FileNotFoundError:
            same = False
        if not same:
            raise Busy(f"{folder} was moved or removed: the run goes on from its last checkpoint with pdedsl resume")

    try:
        with FileLock(_place(own), blocking=False):
            still()
            yield still
    except Timeout as error:
        raise Busy(f"another run is writing to {folder}") from error


def _place(folder: os.stat_result) -> Path:
    """The file that stands for a folder: outside of it, so that it holds nothing but its run, and may be moved."""
    user = os.getuid() if hasattr(os, "getuid") else getpass.getuser()  # who runs a container may have no name
    locks = Path(tempfile.gettempdir()) / f"pdedsl-{user}"
    locks.mkdir(mode=0o700, exist_ok=True)
    return locks / f"{folder.st_dev}-{folder.st_ino}.lock"
