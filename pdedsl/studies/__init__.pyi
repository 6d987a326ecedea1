from . import compare as compare
from . import ensemble as ensemble
from . import follow as follow
from . import sweep as sweep
from . import swept as swept
from . import theory as theory
from . import values as values
