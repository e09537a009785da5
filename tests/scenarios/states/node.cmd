kubectl hostnet list -A --node node-1 -o name
