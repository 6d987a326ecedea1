"""From a `pdedsl.runs.solution.Solution` to what run.json tells of it: plain numbers and words."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from pdedsl.planning.spelling import spoken
from pdedsl.runs.folder import machine
from pdedsl.runs.sealed import FORMAT
from pdedsl.spaces.space import Polynomials, settings_of


def told(solution: Any) -> dict[str, Any]:
    """What run.json holds: status, verdict, errors, reports, versions, machine."""
    spaces = {key: str(spoken(own)) for key, own in settings_of(solution.solved.space).items()}
    whole = solution.solved.space if isinstance(solution.solved.space, Polynomials) else None
    return {
        "format": FORMAT,
        "title": solution.problem.title,
        "spec": solution.problem.source.name,
        "status": solution.status,
        "verdict": solution.verdict.word,
        "reasons": list(solution.verdict.reasons),
        "steps": solution.history[-1].step if solution.history else 0,
        "seconds": solution.seconds,
        "compile_seconds": solution.outcome.compile_seconds,
        "undone": solution.outcome.undone,
        "loss": sum(solution.losses.values()),
        "losses": solution.losses,
        "weights": {block.name: block.weight for block in solution.system.blocks},
        "sizes": {
            "fields": {name: {"mean": s.mean, "spread": s.spread} for name, s in solution.system.sizes.items()},
            "statements": {b.name: np.ravel(b.size).tolist() for b in solution.system.blocks if not b.soft},
        },
        "errors": solution.errors,
        "errors_of_norm": solution.errors_of_norm,
        "estimates": {
            e.field: {"relative": e.relative, "of_norm": e.of_norm, "absolute": e.absolute} for e in solution.estimates
        },
        "misfits": {m.statement: {"rms": m.rms, "worst": m.worst, "where": m.where} for m in solution.misfits},
        "families": {
            f.field: {"median": f.median, "worst": f.worst, "where": f.where, "known": f.known}
            for f in solution.families
        },
        "balances": {b.statement: {"out": b.out, "source": b.source, "apart": b.apart} for b in solution.balances},
        **found_by(solution),
        "reports": {
            q.name: {
                "values": q.values.tolist() if q.times is not None or q.values.size == 1 else None,
                "times": None if q.times is None else q.times.tolist(),
                "error": q.error,
                "noise": None if q.spread is None else float(np.nanmax(q.spread)),
                "words": str(q),
            }
            for q in solution.reports
        },
        "blas_threads": {"count": solution.solved.threads.count, "changed": solution.solved.threads.changed},
        "devices": solution.solved.devices,
        "space": spaces.pop("space"),
        "spaces": spaces,
        "slabs": list(whole.slabs) if whole else [],
        "stretches": [[own and asdict(own) for own in piece] for piece in whole.stretches] if whole else [],
        "story": list(solution.solved.story),
        "seed": solution.plan.seed,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        **machine(),
    }


def found_by(solution: Any) -> dict[str, Any]:
    """What run.json holds of unknowns and data."""
    if (own := solution.identified) is None:
        return {}
    names, known = [number.name for number in own.numbers], solution.outcome.posterior
    return {
        "unknowns": {
            n.name: {k: v for k, v in asdict(n).items() if k not in ("name", "bounds", "size", "silent")}
            for n in own.numbers
        },
        "correlations": {
            name: dict(zip(names, row.tolist(), strict=True)) for name, row in zip(names, own.correlation, strict=True)
        },
        "bands": dict(own.bands),
        "laws": {
            c.name: {
                c.argument: c.at.tolist(),
                "value": c.values.tolist(),
                "error": None if c.deviations is None else c.deviations.tolist(),
            }
            for c in own.curves
        },
        **({"weight": float(known.balance.weight)} if known is not None and known.balance is not None else {}),
        "data": {f.statement: {k: v for k, v in asdict(f).items() if k != "statement"} for f in own.fits},
    }
