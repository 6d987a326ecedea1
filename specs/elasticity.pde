pde 1
title "Linear elasticity: Timoshenko's cantilever, plane stress"
param E = 1, nu = 0.3, P = 0.1, L = 4, h = 1
let I = h^3/12
let strain(W) = sym(grad(W))
let S(W) = E/(1 - nu^2)*((1 - nu)*strain(W) + nu*tr(strain(W))*identity)
domain x in [0, L], y in [-h/2, h/2]
field u(x, y), v(x, y)
vector U = (u, v)

equation balance: div(S(U)) = 0
boundary clamp:   U = exact(U)  on x = 0
boundary load:    dot(S(U), normal) = [0, -P/(2*I)*(h^2/4 - y^2)]  on x = L
boundary free:    dot(S(U), normal) = 0  on y = -h/2, y = h/2

exact u = P*y/(6*E*I)*((6*L - 3*x)*x + (2 + nu)*(y^2 - h^2/4))
exact v = -P/(6*E*I)*(3*nu*y^2*(L - x) + (4 + 5*nu)*h^2*x/4 + (3*L - x)*x^2)
report deflection = v  at (L, 0)
