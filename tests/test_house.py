"""The house: a test for every file, imports where they can be seen, names that mean one thing."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(p for p in (ROOT / "pdedsl").glob("*/*.py") if p.name != "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_every_file_has_its_tests(path: Path) -> None:
    assert (ROOT / "tests" / path.parent.name / f"test_{path.stem}.py").exists()


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in FILES]


def test_nothing_is_imported_inside_a_function() -> None:
    hidden = [
        f"{path.name}:{inner.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_a_file_that_is_a_verb_holds_the_function_of_that_name() -> None:
    for verb in ("check", "resolve", "parse", "minimise", "choose", "manufacture", "explain", "solve"):
        assert verb in {n.name for path, tree in trees() if path.stem == verb for n in functions(tree)}, verb


def functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def test_public_functions_say_what_they_do() -> None:
    silent = [
        f"{path.name}: {node.name}" for path, tree in trees() for node in functions(tree) if not ast.get_docstring(node)
    ]
    assert silent == ["cli.py: main"]  # which speaks through the help of the program


@pytest.mark.parametrize("name", ["Choice", "Report", "size", "outline", "Solution", "Block", "Plan"])
def test_a_name_means_one_thing(name: str) -> None:
    defined = [
        path
        for path, tree in trees()
        for node in tree.body
        if (isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name)
        or (isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets))
    ]
    assert len(defined) <= 1


def test_what_a_symbol_is_is_not_read_from_its_name() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    for smell in (
        'startswith("normal',
        '== "t"',
        "normal(99)",
        "* 99",
        'getattr(s, "',
        'Equation("",',
        'Condition("",',
        '{"*"}',
    ):
        assert smell not in text


def test_every_module_says_from_what_to_what() -> None:
    assert not [path for path, tree in trees() if not ast.get_docstring(tree)]


UNIX = {
    "fcntl", "grp", "pwd", "resource", "termios", "fork", "getuid", "getpgid", "killpg", "mkfifo", "set_blocking",
    "sched_getaffinity", "setsid", "uname", "SIGHUP", "SIGKILL", "SIGUSR1", "SIGALRM", "setitimer", "pthread_kill",
}  # fmt: skip
"""What Windows has not."""


def test_nothing_that_only_unix_has() -> None:
    """Unless the file asks whether it is there."""
    found = []
    for path, tree in trees():
        text = path.read_text(encoding="utf-8")
        imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names}
        used = imported | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        found += [f"{path.name}: {name}" for name in used & UNIX if f'"{name}")' not in text]
    assert found == []


def test_text_has_an_encoding() -> None:
    """Elsewhere than on Linux it is not UTF-8 by itself."""
    silent = [
        f"{path.name}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("read_text", "write_text")
        and not any(k.arg == "encoding" for k in node.keywords)
    ]
    assert silent == []
