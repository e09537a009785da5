# A manifest on standard input.
kubectl hostnet conflicts -f - < fits.yaml
