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
    "e": "exp(1)",
    "Δ": "laplacian(u)",
    "∆": "laplacian(u)",
    "ln": "log",
    "log10": "log(x)/log(10)",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "nabla": "grad(u)",
    "rot": "curl(U)",
    "lap": "laplacian(u)",
    "diff": "d(u, x)",
    "heaviside": "where(x > 0, 1, 0)",
    "int": "integral(u)",
    "integrate": "integral(u)",
    "avg": "mean(u)",
    "Δu": "laplacian(u)",
    "n": "normal",
    "sec": "1/cos(x)",
    "sech": "1/cosh(x)",
    "if": "where(condition, a, b)",
    "trace": "tr(A)",
    "fabs": "abs(x)",
}
"""What people write for what the language calls otherwise."""
