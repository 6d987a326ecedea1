"""Write a partial differential equation as text, get its solution, trust it.

The public names, all listed in `__init__.pyi`, are loaded when they are first used, so that the checker never waits for
JAX; the rooms that commands use load their files in the same way.
"""

import sys
from types import ModuleType
from typing import Any

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)


class _Public(ModuleType):
    """`pdedsl.problem` is the public function, not the room of that name, which Python would put in its place."""

    @property
    def problem(self) -> Any:
        return __getattr__("problem")

    @problem.setter
    def problem(self, room: ModuleType) -> None:
        pass


sys.modules[__name__].__class__ = _Public
