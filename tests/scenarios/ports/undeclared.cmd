# Pods that use what they do not declare.
kubectl hostnet ports --undeclared
