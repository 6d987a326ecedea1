pde 1
title "The heat flux on a face that nobody can reach"

unknown field q(t)
domain x in [0, 1]
time t in [0, 1]
field T(x, t)

equation:      dt(T) = dxx(T)
initial:       T = 0
boundary hot:  -dx(T) = q  on x = 0
boundary cold: dx(T) = 0   on x = 1

data sensors: T from "data/flux.csv"  noise 1e-3

exact q = sin(pi*t)^2 + 0.3*sin(3*pi*t)
