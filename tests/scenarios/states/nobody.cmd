kubectl hostnet list -n empty
