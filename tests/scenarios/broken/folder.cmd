kubectl hostnet list -A --snapshot folder
