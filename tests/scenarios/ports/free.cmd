# On which nodes, and who is in the way elsewhere.
kubectl hostnet ports --free 8086
