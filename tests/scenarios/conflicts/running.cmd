# A Pod that is well.
kubectl hostnet conflicts exporter-a -n monitoring
