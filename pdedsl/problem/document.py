"""From a Problem to a LaTeX document that compiles."""

from pdedsl.problem.problem import Problem
from pdedsl.problem.typeset import aligned, declared, escape, setting, solution


def document(problem: Problem) -> str:
    """The problem as a LaTeX document: where it lives, its parameters, its statements, its exact solution."""
    problem = problem.stated or problem
    lines = setting(problem.domain)
    exact = [solution(n, e, "&=") for n, e in problem.exact]
    display = "\\begin{{align*}}\n{}\n\\end{{align*}}"
    parts = [
        "\\documentclass{article}",
        "\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n\\usepackage{amsmath}\n\\begin{document}",
        f"\\section*{{{escape(problem.title)}}}" if problem.title else "",
        display.format(" \\\\\n".join(f"& {line}" for line in lines)),
        display.format(aligned(problem.typeset)),
        "Exact solution:\n" + display.format(" \\\\\n".join(exact)) if exact else "",
        "\\end{document}",
    ]
    body = "\n".join(part for part in parts if part)
    foreign = "".join(declared(c) for c in sorted(set(body)) if ord(c) > 0xFF)
    return body.replace("\\begin{document}", foreign + "\\begin{document}", 1)
