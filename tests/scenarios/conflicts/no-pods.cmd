# Nothing to place.
kubectl hostnet conflicts -f nothing.yaml
