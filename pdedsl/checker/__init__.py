"""From a problem to what is wrong with it."""
