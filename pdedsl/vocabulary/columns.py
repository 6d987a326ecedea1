"""From arrays by name to a table of comma-separated values."""

import csv
import io
from collections.abc import Mapping
from typing import Any

import numpy as np


def as_csv(columns: Mapping[str, Any]) -> str:
    """Columns as a table with a header; numbers keep all their digits."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(columns)
    rows.writerows(zip(*(np.asarray(column).tolist() for column in columns.values()), strict=True))
    return text.getvalue()
