# Of two nodes one exists: both are told.
kubectl hostnet ports node-1 nod-2 --port 80
