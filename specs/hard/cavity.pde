pde 1
title "Flow in a lid-driven cavity at Re = 100"

# Extrema along the two middle lines, where Botella and Peyret (1998, Computers and Fluids 27) have them.
param Re = 100
domain x in [0, 1], y in [0, 1]
field u(x, y), v(x, y), p(x, y)
vector U = (u, v)

equation momentum: u*dx(U) + v*dy(U) + grad(p) = laplacian(U)/Re
equation mass:     div(U) = 0
boundary lid:      U = [1, 0]  on y = 1
boundary walls:    U = 0  on x = 0, x = 1, y = 0
constraint gauge:  p = 0  at (0.5, 0)

report back = u  at (0.5, 0.4581)
report up   = v  at (0.2370, 0.5)
report down = v  at (0.8104, 0.5)
