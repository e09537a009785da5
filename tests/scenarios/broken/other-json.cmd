kubectl hostnet list -A --snapshot other.json
