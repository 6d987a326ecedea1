from . import compare as compare
from . import ensemble as ensemble
from . import sweep as sweep
from . import theory as theory
