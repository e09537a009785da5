# A Pod that is well.
kubectl hostnet conflicts influxdb-1
