# Nobody: exit 0, and it is said.
kubectl hostnet ports --port 4711
