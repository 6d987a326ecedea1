"""What a run records of each iteration: one dataclass, from which tables, checkpoints and displays take their columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, get_type_hints

_PASSING = {"kept": False}
"""Of fields that histories do not keep."""


@dataclass(frozen=True)
class Record:
    """One iteration."""

    step: int
    seconds: float
    """Since the run began, compilation included."""
    loss: float
    """Before the step, on its points."""
    losses: Mapping[str, float]
    """The same by block."""
    cutoff: float
    """In the units of the singular values; not a number for methods without one."""
    rank: int
    """Singular values that were kept."""
    gain: float
    """Actual over predicted decrease."""
    accepted: bool
    refused: bool = False
    """Whether no step was taken and none will be as long as the points stay."""
    errors: Mapping[str, float] = field(default_factory=dict)
    """The L2 error, relative to its variation, of each field with a known solution, where it was measured."""
    spectrum: tuple[float, ...] = field(default=(), compare=False, repr=False, metadata=_PASSING)
    """Singular values at evenly spaced ranks, the largest first."""
    left: float = field(default=float("nan"), compare=False, repr=False, metadata=_PASSING)
    """Seconds until the run ends at the latest, at its present pace."""


_TYPES: dict[str, Any] = get_type_hints(Record)
_KEPT = [f.name for f in fields(Record) if f.metadata.get("kept", True)]
_SCALARS = {name: _TYPES[name] for name in _KEPT if _TYPES[name] in (int, float, bool)}
_BY_NAME = {name: {"losses": "loss", "errors": "error"}[name] for name in _KEPT if name not in _SCALARS}
"""Fields with a number for each block or field, and how their columns are called."""


def as_columns(history: Sequence[Record]) -> dict[str, list[Any]]:
    """A history by columns, `loss NAME` and `error NAME` for what there is by name; NaN where nothing was measured."""
    columns: dict[str, list[Any]] = {}
    for name, kind in _SCALARS.items():
        plain = int if kind is bool else kind
        columns[name] = [plain(getattr(r, name)) for r in history]
    for own, singular in _BY_NAME.items():
        names = dict.fromkeys(name for r in history for name in getattr(r, own))
        columns |= {f"{singular} {n}": [getattr(r, own).get(n, float("nan")) for r in history] for n in names}
    return columns


def from_columns(columns: Mapping[str, Any]) -> tuple[Record, ...]:
    """The history in some columns: numbers, or the texts of a table. KeyError and ValueError where it is none."""

    def by_name(prefix: str, row: int) -> dict[str, float]:
        own = {n.removeprefix(f"{prefix} "): float(c[row]) for n, c in columns.items() if n.startswith(f"{prefix} ")}
        return {name: value for name, value in own.items() if value == value}

    def record(row: int) -> Record:
        values: dict[str, Any] = {name: kind(float(columns[name][row])) for name, kind in _SCALARS.items()}
        values |= {own: by_name(singular, row) for own, singular in _BY_NAME.items()}
        return Record(**values)

    return tuple(map(record, range(len(columns["step"]))))


def as_row(record: Record) -> dict[str, Any]:
    """A record as names and numbers, for programs."""
    return {f.name: getattr(record, f.name) for f in fields(Record) if f.name != "spectrum"}
