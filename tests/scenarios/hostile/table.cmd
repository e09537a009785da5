kubectl hostnet list -A --show-labels
