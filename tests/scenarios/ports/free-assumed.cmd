# Nowhere: exit 1.
kubectl hostnet ports --free 22/tcp
