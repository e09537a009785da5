kubectl hostnet list -A -o json
