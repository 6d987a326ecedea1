"""Files of other languages that end in `.pde` get one message, which names the language where it can be told."""

from pathlib import Path

import pytest

from pdedsl.stages.load import check, read
from pdedsl.vocabulary.source import Source

CORPUS = sorted((Path(__file__).parent / "foreign").glob("*/*.pde"))
NAMES = {"flexpde": "FlexPDE", "processing": "Processing"}


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_a_foreign_file_is_recognised(path: Path) -> None:
    source = read(path)
    assert isinstance(source, Source)
    (diagnostic,) = check(source).diagnostics
    assert diagnostic.code == "E103"
    assert NAMES[path.parent.name] in diagnostic.message
    assert source.position(diagnostic.span.start)[0] == source.position(diagnostic.span.end)[0]


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    for name, data in (
        ("latin", "pde 1\n# caf\xe9".encode("latin-1")),
        ("nul", b"pde 1\n\0"),
        ("binary", bytes(range(256))),
    ):
        path = tmp_path / f"{name}.pde"
        path.write_bytes(data)
        source = read(path)
        found = (source,) if not isinstance(source, Source) else check(source).diagnostics
        assert [(d.code, d.span.start, d.span.end) for d in found] == [("E103", 0, 0)]


@pytest.mark.parametrize(
    ("wrong", "advice", "right"),
    [
        ("(x, y) in disk([0, 0], 1)", "write `=`: ", "domain (x, y) = disk([0, 0], 1)"),
        ("disk([0, 0], 1)", "name its coordinates: ", "domain (x, y) = disk([0, 0], 1)"),
        ("ball([0, 0, 0], 1)", "name its coordinates: ", "domain (x, y, z) = ball([0, 0, 0], 1)"),
        (
            "polygon([[0, 0], [1, 0], [0, 1]])",
            "name its coordinates: ",
            "domain (x, y) = polygon([[0, 0], [1, 0], [0, 1]])",
        ),
        ("sdf(x^4 + y^4 - 1)", "name its coordinates: ", "domain (x, y) = sdf(x^4 + y^4 - 1)"),
    ],
)
def test_shapes_as_domains(wrong: str, advice: str, right: str) -> None:
    assert check(Source(f"pde 1\ndomain {wrong}\n")).diagnostics[0].help == advice + right
    arguments = right[right.index("(") : right.index(")") + 1]
    rest = f"field u{arguments}\nequation: laplacian(u) = 1\nboundary: u = 0  on all\n"
    if "sdf" in right:
        right += " * box([-2, -2], [2, 2])"  # it has no bound of its own
    assert not check(Source(f"pde 1\n{right}\n{rest}")).diagnostics
