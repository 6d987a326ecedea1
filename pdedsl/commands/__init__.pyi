from . import cli as cli
from . import gallery as gallery
from . import inspecting as inspecting
from . import points as points
from . import progress as progress
from . import shell as shell
from . import signals as signals
from . import solving as solving
