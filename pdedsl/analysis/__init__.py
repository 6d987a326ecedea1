"""What the theory shows of a run: spectra, kernels, Green's functions, and how far a solution can be trusted."""

from pdedsl.analysis.defect import Estimate, error, estimates
from pdedsl.analysis.fourier import Fourier, fourier
from pdedsl.analysis.learning import Stage, learning
from pdedsl.analysis.tangent import Tangent, tangent
from pdedsl.analysis.trust import Misfit, misfits
from pdedsl.reference.green import true_green

__all__ = [
    "Estimate",
    "Fourier",
    "Misfit",
    "Stage",
    "Tangent",
    "error",
    "estimates",
    "fourier",
    "learning",
    "misfits",
    "tangent",
    "true_green",
]
