# For a script: the nodes.
kubectl hostnet ports --free 8086 -o name
