kubectl hostnet list -A --read-config
