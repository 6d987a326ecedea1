"""The other specs of the repository, measured as those of the talk are: `python -m benchmarks.gallery [SPEC ...]`."""

from benchmarks.talk import Goal, table

GOALS = {
    "kovasznay": Goal(1e-4, 45),
    "neumann_disk": Goal(1e-7, 25),
    "annulus_robin": Goal(1e-6, 25),
    "heat_periodic": Goal(1e-6, 25),
}

if __name__ == "__main__":
    table(__doc__, GOALS)
