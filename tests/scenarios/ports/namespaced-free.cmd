# The ports of a node are shared by all namespaces.
kubectl hostnet ports --free 80 -n default
