# The answers are in fits.
kubectl hostnet conflicts -f manifest.yaml -o json
