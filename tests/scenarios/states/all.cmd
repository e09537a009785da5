kubectl hostnet list -A
