kubectl hostnet list -A --snapshot empty-folder
