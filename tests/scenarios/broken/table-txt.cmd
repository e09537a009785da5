kubectl hostnet list -A --snapshot table.txt
