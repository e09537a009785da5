# Everything that collides, worst first; big waits for memory, which is no conflict of ports.
kubectl hostnet conflicts
