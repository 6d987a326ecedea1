pde 1
title "The first frequency of a string"

unknown lam = 8 in [5, 15]
domain x in [0, 1]
field u(x)

equation:         dxx(u) + lam*u = 0
boundary:         u = 0               on all
constraint size:  integral(u^2) = 0.5
constraint sign:  u = 1               at (0.5)

exact u = sin(pi*x)
