# Usage.
kubectl hostnet ports --port 70000
