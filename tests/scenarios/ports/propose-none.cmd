# None: exit 1.
kubectl hostnet ports --free any --range 30080-30080
