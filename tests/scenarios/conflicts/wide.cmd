# Containers, confidence, evidence and remedy.
kubectl hostnet conflicts -o wide
