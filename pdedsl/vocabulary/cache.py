"""Where what was worked out once is kept for the next time: the user's own cache folder."""

import os
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_cache_path

VARIABLE = "PDEDSL_CACHE"
"""Names another folder, or is `off`."""


def cache_folder(name: str) -> Path | None:
    """A folder for things of one kind, made if it is not there; None where nothing can be or shall be kept."""
    said = os.environ.get(VARIABLE, "")
    if said == "off":
        return None
    folder = (Path(said) if said else user_cache_path("pdedsl", appauthor=False)) / version("pdedsl") / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None
