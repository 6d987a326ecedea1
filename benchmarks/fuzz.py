"""Check many damaged specs; print each that breaks the checker, takes more than 2 s, or more than a gigabyte.

    python -m benchmarks.fuzz [N] [--seed S]

Characters, tokens and lines of the specs of the repository, and of the bad and good examples of all codes, are dropped,
doubled, swapped, replaced and exchanged between specs.
"""

import argparse
import random
import re
import resource
import time
import traceback
from pathlib import Path

from pdedsl.stages.load import check
from pdedsl.vocabulary.diagnostics import render
from pdedsl.vocabulary.pages import pages
from pdedsl.vocabulary.source import Source

SPECS = Path(__file__).parents[1] / "specs"
TOKEN = re.compile(r"\w+|\s+|.", re.DOTALL)
TYPED = (
    *"()[]{}+-*/^=<>,:.\"# \n\t019xutde\x00\x1b∂²", "**", "==", "1e400", "1e308", "-1", "inf", "and", "or", "not", "hard",
    "in", "on", "at", "all", "weight auto", "noise", "delta(x)", "jump(u)", "integral(u)", "maximum(u)", "where(x > 0, 1, 2)",
    "unknown a = 1 in [0, 2]", "param q in [1, 2]", "dx(u)", "exact(u)", "normal", "dn(u)", "^9", "x[1]", "[0, 1]",
)  # fmt: skip
SLOW, LARGE = 2.0, 1 << 30


def edited(generator: random.Random, texts: list[str]) -> str:
    """A spec with one to four edits."""
    text = generator.choice(texts)
    for _ in range(generator.randint(1, 4)):
        parts = TOKEN.findall(text) if generator.random() < 0.7 else text.splitlines(keepends=True)
        if not parts:
            return text
        at = generator.randrange(len(parts))
        match generator.choice(["drop", "double", "swap", "replace", "insert", "foreign", "cut"]):
            case "drop":
                del parts[at]
            case "double":
                parts.insert(at, parts[at])
            case "swap":
                other = generator.randrange(len(parts))
                parts[at], parts[other] = parts[other], parts[at]
            case "replace":
                parts[at] = generator.choice(TYPED)
            case "insert":
                parts.insert(at, generator.choice(TYPED))
            case "foreign":
                parts.insert(at, "\n" + generator.choice(generator.choice(texts).splitlines() or [""]) + "\n")
            case "cut":
                del parts[at : at + generator.randint(1, 12)]
        text = "".join(parts)
    return text


def main() -> None:
    """Print what breaks, and a count at the end."""
    options = argparse.ArgumentParser()
    options.add_argument("count", type=int, nargs="?", default=1000)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    generator = random.Random(given.seed)
    texts = [path.read_text(encoding="utf-8") for path in sorted(SPECS.glob("*.pde"))]
    texts += [own for page in pages().values() for own in (page.bad, page.good)]
    broken = slow = 0
    slowest = 0.0
    for number in range(given.count):
        text = edited(generator, texts)
        begun = time.perf_counter()
        try:
            found = check(Source.of(text, str(SPECS / "edited.pde")))
            for diagnostic in found.diagnostics:
                render(diagnostic, found.source)
                assert diagnostic.help
        except Exception:
            broken += 1
            print(f"--- {number} breaks\n{text}\n{traceback.format_exc(limit=-4)}", flush=True)
        seconds = time.perf_counter() - begun
        slowest = max(slowest, seconds)
        if seconds > SLOW:
            slow += 1
            print(f"--- {number} takes {seconds:.1f} s\n{text}", flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"{given.count} specs: {broken} break, {slow} slow (at most {slowest:.1f} s), memory {memory / 1e6:.0f} MB at most"
    )
    raise SystemExit(bool(broken or slow or memory > LARGE))


if __name__ == "__main__":
    main()
