# The nodes for a script.
kubectl hostnet ports --port 30080/TCP -o name
