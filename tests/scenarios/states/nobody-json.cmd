kubectl hostnet list -n empty -o json
