kubectl hostnet list -A --snapshot list.json
