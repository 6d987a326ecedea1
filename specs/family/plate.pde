pde 1
title "A plate under tension, a hole of any size in it: a quarter"

param r in [0.1, 0.5], nu = 0.3, pull = 1
domain (x, y) = box([0, 0], [2, 2]) - disk([0, 0], r)
field u(x, y), v(x, y)
vector U = (u, v)

let S(W) = ((1 - nu)*sym(grad(W)) + nu*div(W)*identity)/(1 - nu^2)

equation: div(S(U)) = 0
boundary left:   u = 0                          on x = 0
boundary below:  v = 0                          on y = 0
boundary slides: dy(u) + dx(v) = 0              on x = 0, y = 0
boundary pulled: dot(S(U), normal) = [pull, 0]  on x = 2
boundary free:   dot(S(U), normal) = 0          on y = 2, x^2 + y^2 = r^2

report top = (dx(u) + nu*dy(v))/(1 - nu^2)  at (0, r)
report worst = maximum((dx(u) + nu*dy(v))/(1 - nu^2))
