# One application.
kubectl hostnet ports -l app=influxdb
