pde 1
title "Black-Scholes: a European call, terminal payoff"
param r = 0.05, sigma = 0.3, K = 1, T = 1
let tau = T - t
let d1 = (log(S/K) + (r + sigma^2/2)*tau)/(sigma*sqrt(tau))
let d2 = d1 - sigma*sqrt(tau)
let Phi(z) = (1 + erf(z/sqrt(2)))/2
domain S in [0.2, 2]
time t in [0, T]
field V(S, t)

equation:        dt(V) + sigma^2/2*S^2*dSS(V) + r*S*dS(V) - r*V = 0
boundary payoff: V = max(S - K, 0)  on t = T
boundary ends:   V = exact(V)  on S = 0.2, S = 2

exact V = S*Phi(d1) - K*exp(-r*tau)*Phi(d2)
