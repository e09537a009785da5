# Usage.
kubectl hostnet ports pod/web
