kubectl hostnet list -A --snapshot empty.json
