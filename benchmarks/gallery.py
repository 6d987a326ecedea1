"""The gallery, measured as the problems of the talk are: `python -m benchmarks.gallery [SPEC ...] [--keep DIR]`.

`python -m benchmarks.pictures DIR` makes the pictures of README from the runs that were kept.
"""

from benchmarks.talk import Goal, table

GOALS = {
    "advection_layer": Goal(1e-5, 35, 100),
    "annulus_robin": Goal(1e-6, 25, 200),
    "biharmonic": Goal(1e-4, 45),
    "black_scholes": Goal(5e-3, 35, 100),
    "brusselator": Goal(1e-6, 45, 60),
    "elasticity": Goal(1e-4, 45),
    "fisher_kpp": Goal(1e-6, 35, 100),
    "heat_periodic": Goal(1e-6, 25, 200),
    "helmholtz": Goal(1e-4, 45),
    "korteweg_de_vries": Goal(1e-5, 45, 80),
    "kovasznay": Goal(1e-4, 45, 150),
    "neumann_disk": Goal(1e-7, 25, 60),
    "nonlinear_poisson": Goal(1e-5, 35, 100),
    "poisson_10d": Goal(1e-5, 45),
    "poisson_disk": Goal(1e-9, 20, 60),
    "poisson_l": Goal(1e-2, 45),
    "schroedinger": Goal(1e-5, 45),
    "sine_gordon": Goal(1e-4, 45, 100),
    "stokes_cavity": Goal(5e-3, 50),
    "taylor_green": Goal(1e-3, 50),
    "wave": Goal(1e-3, 50),
}

if __name__ == "__main__":
    table(__doc__, GOALS)
