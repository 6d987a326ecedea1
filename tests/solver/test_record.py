"""A record has one home: columns, tables and rows are taken from it."""

import csv
import io
from dataclasses import fields, replace

import numpy as np

from pdedsl.solver.record import Record, as_columns, as_row, from_columns
from pdedsl.vocabulary.columns import as_csv

FIRST = Record(1, 0.25, 1 / 3, {"equation": 0.1, "a b": 0.2}, 1e-4, 7, 0.5, accepted=True, spectrum=(1.0,), left=3.0)
HISTORY = (FIRST, replace(FIRST, step=2, accepted=False, refused=True, errors={"u": 1e-9}))


def test_columns_and_back() -> None:
    columns = as_columns(HISTORY)
    assert from_columns(columns) == HISTORY
    assert from_columns({name: np.array(column) for name, column in columns.items()}) == HISTORY
    header, *rows = csv.reader(io.StringIO(as_csv(columns)))
    assert from_columns(dict(zip(header, zip(*rows, strict=True), strict=True))) == HISTORY
    assert from_columns(as_columns(())) == ()


def test_every_field_is_in_the_row() -> None:
    assert set(as_row(FIRST)) == {f.name for f in fields(Record)} - {"spectrum"}
    assert {"loss a b", "error u", "refused"} <= set(as_columns(HISTORY)) and "left" not in as_columns(HISTORY)
