# Node by node; what is the same on all nodes comes last, once. The Pod that has ended holds nothing.
kubectl hostnet ports
