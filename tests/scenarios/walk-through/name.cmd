kubectl hostnet list -A -o name
