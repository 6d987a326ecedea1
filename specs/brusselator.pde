pde 1
title "Brusselator: two reacting species, 2+1D"
domain x in [0, 1], y in [0, 1]
time t in [0, 1]
field u(x, y, t), v(x, y, t)
vector C = (u, v)

equation activator: dt(u) = u^2*v - 2*u + laplacian(u)/4
equation inhibitor: dt(v) = u - u^2*v + laplacian(v)/4
initial:            C = exact(C)
boundary:           C = exact(C)  on all

exact C = [exp(-x - y - t/2), exp(x + y + t/2)]
