# Fewer than wanted: exit 1.
kubectl hostnet ports --free any/UDP --range 40000-40001 --count 2
