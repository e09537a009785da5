"""The typed domain: nodes, Pods, containers, Services and workloads; no I/O and no opinions."""
