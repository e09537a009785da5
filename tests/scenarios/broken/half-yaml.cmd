kubectl hostnet list -A --snapshot half.yaml
