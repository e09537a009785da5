# Nowhere: exit 1.
kubectl hostnet ports --free 10250/tcp
