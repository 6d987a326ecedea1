from . import basis as basis
from . import coarse as coarse
from . import collocation as collocation
from . import hard as hard
from . import linear as linear
from . import sizes as sizes
from . import space as space
from . import sums as sums
