from . import check as check
from . import compose as compose
from . import explain as explain
from . import load as load
from . import manufacture as manufacture
from . import show as show
from . import solve as solve
from . import words as words
