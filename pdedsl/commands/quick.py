"""The program; and `pdedsl eval RUN --at x=0.5 --param eps=0.3` where a run keeps its answer, in a fraction of a second.

What is not as plain as that, or not as it should be, is left to the command, which says what is wrong.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

from pdedsl import commands
from pdedsl.runs import answer
from pdedsl.vocabulary.spoken import value_words

PLACES = ("--at", "--param")
"""The options that give coordinates their values."""


def run() -> None:
    """The program."""
    if (found := quick(sys.argv[1:])) is None:
        commands.cli.run()
    else:
        print(found)


def quick(arguments: Sequence[str]) -> str | None:
    """What `eval` prints for one point with all coordinates as numbers; None for all else, and where there is no answer."""
    try:
        command, folder, *options = arguments
        words = [part for option in options for part in (option.split("=", 1) if option.startswith("--") else [option])]
        keys, values = words[::2], words[1::2]
        if command != "eval" or keys.count("--at") != 1 or not {*keys} <= {*PLACES}:
            return None
        pairs = [one.split("=") for value in values for one in value.split(",")]
        place = {name.strip(): float(number) for name, number in pairs}
        found = answer.opened(Path(folder)).at(place) if len(place) == len(pairs) else []
        told = "\n".join(value_words(*own) for own in found)
        told.encode(sys.stdout.encoding or "utf-8")
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
        return None
    return told or None


if __name__ == "__main__":
    run()
