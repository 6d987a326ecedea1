"""From a problem and a plan to functions in JAX."""
