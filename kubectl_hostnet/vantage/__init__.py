"""Places to probe from besides this machine: the API server, a Pod, a node. Each yields the observations of probe/."""
