pde 1
title "Wave with two modes"
param c = 2
domain x in [0, 1]
time t in [0, 1]
field u(x, t)

equation:         dtt(u) = c^2*dxx(u)
initial position: u = sin(pi*x) + sin(4*pi*x)/2  hard
initial velocity: dt(u) = 0  hard
boundary:         u = 0  on x = 0, x = 1  hard

exact u = sin(pi*x)*cos(c*pi*t) + sin(4*pi*x)*cos(4*c*pi*t)/2
