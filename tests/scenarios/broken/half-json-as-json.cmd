kubectl hostnet list -A --snapshot half.json -o json
