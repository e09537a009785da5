# Holders of the others are in held.
kubectl hostnet ports --free 443 node-1 node-2 -o json
