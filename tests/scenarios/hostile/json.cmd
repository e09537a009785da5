kubectl hostnet list -A --show-labels -o json
