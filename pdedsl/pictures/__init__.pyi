from . import frames as frames
from . import grid as grid
from . import panels as panels
from . import plot as plot
from . import report as report
from . import scene as scene
