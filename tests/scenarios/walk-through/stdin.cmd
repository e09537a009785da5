kubectl hostnet list --snapshot - -o name < cluster.yaml
