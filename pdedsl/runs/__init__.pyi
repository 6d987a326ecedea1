from . import checkpoint as checkpoint
from . import export as export
from . import files as files
from . import folder as folder
from . import lock as lock
from . import run as run
from . import solution as solution
