kubectl hostnet list influxdb
