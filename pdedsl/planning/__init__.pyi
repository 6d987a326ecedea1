from . import balance as balance
from . import cost as cost
from . import defaults as defaults
from . import plan as plan
from . import spelling as spelling
