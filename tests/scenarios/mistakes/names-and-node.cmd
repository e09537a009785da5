kubectl hostnet list influxdb-hostnetwork --node node-1
