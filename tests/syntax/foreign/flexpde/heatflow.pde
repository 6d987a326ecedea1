TITLE 'Heat flow around an insulating blob'
COORDINATES cartesian2
VARIABLES
  Temp
DEFINITIONS
  K = 1
  source = 4
EQUATIONS
  Temp: Div(k*Grad(Temp)) + source = 0
BOUNDARIES
  REGION 1 'box'
    START(-1,-1)
      VALUE(Temp) = 0 LINE TO (1,-1)
      NATURAL(Temp) = 0 LINE TO (1,1) TO (-1,1) TO CLOSE
PLOTS
  CONTOUR(Temp)
END
