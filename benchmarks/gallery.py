"""The gallery, measured as the problems of the talk are: `python -m benchmarks.gallery [SPEC ...] [--keep DIR] [--workers 2]`.

`python -m benchmarks.pictures DIR` makes the pictures of README from the runs that were kept.
"""

from benchmarks.goals import GALLERY
from benchmarks.talk import table

if __name__ == "__main__":
    table(__doc__, GALLERY)
