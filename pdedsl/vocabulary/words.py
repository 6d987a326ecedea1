"""The words of the language: statements, clauses, what is reserved, and what people write for what it calls otherwise."""

from pdedsl.vocabulary.functions import FUNCTIONS
from pdedsl.vocabulary.operators import INTEGRALS, OPERATORS, SHAPES

STATEMENTS = (
    *("pde", "title", "param", "unknown", "let", "table", "domain", "time", "part", "field", "vector", "equation"),
    *("boundary", "interface", "initial", "periodic", "constraint", "data", "exact", "reference", "report", "solve"),
)
"""The words that begin a statement."""

CLAUSES = (
    *("on", "in", "at", "hard", "weight", "noise", "robust", "linear", "from", "columns", "and", "or", "not", "all"),
)
"""Words inside a statement."""

_EXPRESSIONS = {*FUNCTIONS, "sum", "prod", "where", "pi", "normal", "identity", "exact", "d", "inf", "jump"}
_WORDS = {"all", "and", "or", "not", "in", "on"}
RESERVED = _EXPRESSIONS | _WORDS | set(OPERATORS) | set(INTEGRALS) | set(SHAPES)
RESERVED_FOR_PARTS = _EXPRESSIONS | _WORDS | {"dn"}
"""Parts may be called `outer` or `box`: operators and shapes need a call, parts never have one."""

LOOKALIKES = {
    "π": "pi",
    "Π": "pi",
    "Pi": "pi",
    "PI": "pi",
    "e": "exp(1), and exp(x) for e^x",
    "Δ": "laplacian(u)",
    "∆": "laplacian(u)",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "Δu": "laplacian(u)",
    "n": "normal",
    "sec": "1/cos(x)",
    "sech": "1/cosh(x)",
    "if": "where(condition, a, b)",
    "trace": "tr(A)",
    "fabs": "abs(x)",
    "sgn": "sign(x)",
}
"""What people write for what the language calls otherwise."""

FOREIGN_CALLS = {
    "value": "{0} = ... on ...",
    "dirichlet": "{0} = ... on ...",
    "natural": "dn({0}) = ... on ...",
    "load": "dn({0}) = ... on ...",
    "neumann": "dn({0}) = ... on ...",
    "del2": "laplacian({0})",
    "lap": "laplacian({0})",
    "nabla": "grad({0})",
    "rot": "curl({0})",
    "diff": "d({0}, {1})",
    "derivative": "d({0}, {1})",
    "grad2": "laplacian({0})",
    "int": "integral({0})",
    "integrate": "integral({0})",
    "average": "mean({0})",
    "avg": "mean({0})",
    "sup": "maximum({0})",
    "inf": "minimum({0})",
    "dirac": "delta({0})",
    "diracdelta": "delta({0})",
    "heaviside": "where({0} > 0, 1, 0)",
    "step": "where({0} > 0, 1, 0)",
    "ustep": "where({0} > 0, 1, 0)",
    "piecewise": "where(condition, a, b)",
    "select": "where(condition, a, b)",
    "ln": "log({0})",
    "log10": "log({0})/log(10)",
    "pow": "{0}^{1}",
    "conj": "a field for the real part, and one for the imaginary part",
    "real": "a field for the real part, and one for the imaginary part",
    "imag": "a field for the real part, and one for the imaginary part",
}
"""Calls of other tools, in small letters, with what to write for their arguments."""

UNITLESS = "write the number alone, in the units of your choice: they may stand in the title"
"""To whoever writes a unit after a number."""
