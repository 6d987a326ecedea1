"""What the theory shows of a run: spectra, kernels, Green's functions, and how far a solution can be trusted."""

from pdedsl.analysis.fourier import Fourier, fourier
from pdedsl.analysis.green import true_green
from pdedsl.analysis.learning import Stage, learning
from pdedsl.analysis.tangent import Tangent, tangent
from pdedsl.analysis.trust import Misfit, estimate, misfits

__all__ = [
    "Fourier",
    "Misfit",
    "Stage",
    "Tangent",
    "estimate",
    "fourier",
    "learning",
    "misfits",
    "tangent",
    "true_green",
]
