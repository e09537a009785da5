kubectl hostnet list -A --snapshot missing.json
