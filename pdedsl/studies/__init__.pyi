from . import compare as compare
from . import ensemble as ensemble
from . import theory as theory
