# Who holds it, on which nodes; any protocol.
kubectl hostnet ports --port 8086
