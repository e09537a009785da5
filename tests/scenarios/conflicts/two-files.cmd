# Several files.
kubectl hostnet conflicts -f fits.yaml -f manifest.yaml -o name
