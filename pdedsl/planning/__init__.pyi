from . import cost as cost
from . import data as data
from . import defaults as defaults
from . import degrees as degrees
from . import plan as plan
from . import reading as reading
from . import spelling as spelling
from . import symmetry as symmetry
