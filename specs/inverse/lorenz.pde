pde 1
title "Lorenz' three constants from a trajectory"

unknown s = 1, r = 1, b = 1
time t in [0, 3]
field x(t), y(t), z(t)

equation: dt(x) = s*(y - x)
equation: dt(y) = x*(r - z) - y
equation: dt(z) = x*y - b*z
initial:  x = -8
initial:  y = 7
initial:  z = 27

data: x, y, z from "data/lorenz.csv"
