kubectl hostnet list influxdb-hostnetwork -l app=influxdb
