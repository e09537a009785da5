kubectl hostnet list deployment/influxdb
