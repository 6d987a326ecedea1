"""Tables of text."""

import csv
import io

import numpy as np

from pdedsl.vocabulary.columns import as_csv


def test_tables_keep_all_digits() -> None:
    text = as_csv({"x, [m]": np.array([0.1, 1 / 3]), "n": [1, 2]})
    assert list(csv.reader(io.StringIO(text))) == [["x, [m]", "n"], ["0.1", "1"], [repr(1 / 3), "2"]]
