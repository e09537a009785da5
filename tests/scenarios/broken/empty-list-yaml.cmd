kubectl hostnet list -A --snapshot empty-list.yaml
