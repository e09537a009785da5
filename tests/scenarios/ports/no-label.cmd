# No node has the label.
kubectl hostnet ports --free 80 -l pool=nothing
