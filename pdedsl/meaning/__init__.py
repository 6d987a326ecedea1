"""From a tree to the problem that it means."""
