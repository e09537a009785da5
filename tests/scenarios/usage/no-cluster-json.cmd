kubectl hostnet list -o json
