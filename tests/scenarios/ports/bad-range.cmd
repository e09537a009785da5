# Usage.
kubectl hostnet ports --free any --range 20-10
