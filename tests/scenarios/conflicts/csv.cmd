# All columns.
kubectl hostnet conflicts --node node-1 -o csv
