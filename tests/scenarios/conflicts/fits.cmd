# It fits: exit code 0.
kubectl hostnet conflicts -f fits.yaml
