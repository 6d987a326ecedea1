pde 1
title "Nonlinear Schroedinger equation: a moving soliton"
param c = 1
let envelope = 1/cosh(x - c*t)
let phase = c*x + (1 - c^2)*t/2
domain x in [-5, 5]
time t in [0, 1]
field u(x, t), v(x, t)
vector psi = (u, v)
let density = u^2 + v^2

equation real:      -dt(v) + dxx(u)/2 + density*u = 0
equation imaginary: dt(u) + dxx(v)/2 + density*v = 0
initial:            psi = exact(psi)
boundary:           psi = exact(psi)  on x = -5, x = 5

exact psi = [envelope*cos(phase), envelope*sin(phase)]
