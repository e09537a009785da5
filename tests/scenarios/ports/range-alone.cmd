# Usage.
kubectl hostnet ports --range 10-20
