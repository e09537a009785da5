# Each node has its row.
kubectl hostnet ports --port 30080 -o csv
