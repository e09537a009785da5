kubectl hostnet list influxdb-hostnetwrk
