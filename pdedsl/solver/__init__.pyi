from . import mesh as mesh
