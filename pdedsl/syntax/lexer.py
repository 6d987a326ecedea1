"""The words of a spec by their kind, for Pygments: reports, terminals and editors colour specs with it."""

from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

from pdedsl.vocabulary.functions import FUNCTIONS
from pdedsl.vocabulary.operators import INTEGRALS, OPERATORS, SHAPES
from pdedsl.vocabulary.words import CLAUSES, STATEMENTS

_CALLED = (*OPERATORS, *INTEGRALS, *FUNCTIONS, *SHAPES, "sum", "prod", "where", "exact", "d")


class PdeLexer(RegexLexer):
    """Partial differential equations as pdedsl reads them."""

    name = "pdedsl"
    aliases = ("pdedsl",)
    filenames = ("*.pde",)
    url = ""
    tokens = {  # noqa: RUF012
        "root": [
            (r"#[^\n]*", Comment.Single),
            (r'"[^"\n]*"', String),
            (words(STATEMENTS, prefix=r"^[ \t]*", suffix=r"\b"), Keyword),
            (words(CLAUSES, prefix=r"\b", suffix=r"\b"), Keyword.Pseudo),
            (words(_CALLED, prefix=r"\b", suffix=r"(?=\s*\()"), Name.Builtin),
            (r"(\bd[^\W\d_]{1,8})(\s*)(?=\()", bygroups(Name.Builtin, Text)),
            (words(("pi", "normal", "identity"), prefix=r"\b", suffix=r"\b"), Name.Constant),
            (r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", Number),
            (r"[^\W\d]\w*", Name),
            (r"[-+*/^<>=]+", Operator),
            (r"[()\[\]{},:.]", Punctuation),
            (r"\s+", Text),
            (r".", Text),
        ]
    }
