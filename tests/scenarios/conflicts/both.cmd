# One question at a time.
kubectl hostnet conflicts second -f fits.yaml
