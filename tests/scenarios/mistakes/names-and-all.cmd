kubectl hostnet list influxdb -A
