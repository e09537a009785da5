kubectl hostnet list -A -o yaml
