# Free on all nodes; what software takes by default comes last.
kubectl hostnet ports --free any --range 9998-10001 --count 3
