TITLE
  'Two layers'
COORDINATES
  Cartesian3
VARIABLES
  Phi
EXTRUSION
  SURFACE "Bottom" z = 0
  LAYER "Lower"
  SURFACE "Top" z = 1
EQUATIONS
  PHI:  div(grad(phi)) = 0
BOUNDARIES
  REGION 1
    START(0,0) LINE TO (1,0) TO (1,1) TO (0,1) TO CLOSE
END
