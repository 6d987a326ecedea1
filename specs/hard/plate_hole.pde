pde 1
title "A steel plate with a hole under tension, a quarter of it (Kirsch 1898)"
param E = 210e9, nu = 0.3, pull = 100e6, a = 0.005, L = 0.025
let mu = E/(2*(1 + nu))
let kappa = (3 - nu)/(1 + nu)
let strain(W) = sym(grad(W))
let S(W) = E/(1 - nu^2)*((1 - nu)*strain(W) + nu*tr(strain(W))*identity)
let r = sqrt(x^2 + y^2)
let c1 = x/r
let s1 = y/r
let c3 = 4*c1^3 - 3*c1
let s3 = 3*s1 - 4*s1^3
domain (x, y) = box([0, 0], [L, L]) - disk([0, 0], a)
field u(x, y), v(x, y)
vector U = (u, v)

equation balance: div(S(U)) = 0
boundary left: u = 0 on x = 0
boundary slides: dy(u) + dx(v) = 0 on x = 0, y = 0
boundary low: v = 0 on y = 0
boundary free: dot(S(U), normal) = 0 on x^2 + y^2 = a^2
boundary pulled: U = exact(U) on x = L, y = L

exact u = pull*a/(8*mu)*(r/a*(kappa + 1)*c1 + 2*a/r*((1 + kappa)*c1 + c3) - 2*(a/r)^3*c3)
exact v = pull*a/(8*mu)*(r/a*(kappa - 3)*s1 + 2*a/r*((1 - kappa)*s1 + s3) - 2*(a/r)^3*s3)
report crown = E/(1 - nu^2)*(dx(u) + nu*dy(v)) at (0, a)
