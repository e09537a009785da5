# No such node.
kubectl hostnet ports nod-1
