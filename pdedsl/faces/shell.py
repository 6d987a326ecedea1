"""What the commands share: the terminal, exit statuses, and how they end when something is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console

WRONG_SPEC, USAGE, FAILED = 1, 2, 3

screen = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@contextmanager
def no_traceback() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        stop(f"{error.filename}: {error.strerror}", USAGE)
    except OSError as error:
        stop(f"{error.filename or 'output'}: {error.strerror or error}", FAILED)
    except KeyboardInterrupt:
        stop("interrupted", FAILED)


def stop(message: str, status: int) -> NoReturn:
    err.print(f"[red]pdedsl:[/red] {message}", soft_wrap=True)
    raise typer.Exit(status)


def pair(text: str, option: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip() or not value.strip():
        stop(f"{option} takes NAME=VALUE, not `{text}`", USAGE)
    return key.strip(), value.strip()
