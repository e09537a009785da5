# Where each line comes from.
kubectl hostnet ports node-1 -o wide
