# The envelope without items.
kubectl hostnet conflicts -o json
