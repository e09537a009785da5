# Usage.
kubectl hostnet ports --free 80 --undeclared
