kubectl hostnet list influxdb-hostnetwork -n monitoring
