"""From a text to a solution, each stage by itself: begin with `solve.py`."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
