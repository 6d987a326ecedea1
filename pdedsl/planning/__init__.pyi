from . import coarse as coarse
from . import cost as cost
from . import defaults as defaults
from . import linear as linear
from . import plan as plan
from . import sizes as sizes
from . import spelling as spelling
