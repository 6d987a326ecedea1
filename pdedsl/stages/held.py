"""From tables in memory to a source that holds them in place of the files that its text names."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pdedsl.syntax import syntax
from pdedsl.syntax.parse import parse
from pdedsl.syntax.syntax import each
from pdedsl.vocabulary.columns import as_csv
from pdedsl.vocabulary.source import Source

Tables = Mapping[str, Any]
"""By the name of a `data` or `reference` statement, or by the file that it names: a mapping of columns, each of shape (n,), a pandas
DataFrame, or a Dataset or a named DataArray of xarray.
"""


def with_tables(source: Source, tables: Tables | None) -> Source:
    """The same text with tables of its own. Raises KeyError for a name that the text does not have, ValueError for what is no table."""
    if not tables:
        return source
    named, found = dict[str, str](), dict[str, bytes]()
    for statement in each(parse(source), syntax.Table):
        label = statement.label.name if statement.label else statement.kind
        named |= {label: statement.file.text, statement.file.text: statement.file.text}
    for name, table in tables.items():
        if name not in named:
            raise KeyError(f"the spec has no data called `{name}`; it has: {', '.join(sorted(named)) or 'none'}")
        own = as_csv(columns_of(name, table)).encode()
        if found.setdefault(named[name], own) != own:
            raise ValueError(f'two tables stand for "{named[name]}": give its statements files of their own')
    return replace(source, held=(*source.held, *found.items()))


def columns_of(name: str, table: Any) -> dict[str, np.ndarray]:
    """The columns of a table, each of shape (n,)."""
    if hasattr(table, "to_dataframe"):  # xarray: coordinates become columns
        table = table.to_dataframe().reset_index()
    if hasattr(table, "reset_index"):  # pandas: so does an index that has a name
        table = table if table.index.names == [None] else table.reset_index()
        table = {str(column): table[column].to_numpy() for column in table.columns}
    if not isinstance(table, Mapping):
        kind = type(table).__name__
        raise ValueError(f"`{name}` is a {kind}: give a mapping of columns, a DataFrame, or a Dataset of xarray")
    columns = {str(key): np.asarray(column) for key, column in table.items()}
    lengths = {key: column.shape for key, column in columns.items()}
    if len(set(lengths.values())) != 1 or any(len(shape) != 1 for shape in lengths.values()):
        said = ", ".join(f"`{key}` {shape}" for key, shape in lengths.items())
        raise ValueError(
            f"the columns of `{name}` are to be of one length, in one dimension: {said or 'there are none'}"
        )
    return columns
