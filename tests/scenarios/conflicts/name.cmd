# Who wants.
kubectl hostnet conflicts -o name
