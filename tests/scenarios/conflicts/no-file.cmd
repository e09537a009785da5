# A file that is not there.
kubectl hostnet conflicts -f gone.yaml
