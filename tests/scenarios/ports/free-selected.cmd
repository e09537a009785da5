# Counted for the nodes of a label.
kubectl hostnet ports --free 80 -l pool=web
