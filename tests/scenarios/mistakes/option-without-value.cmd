kubectl hostnet list -n
