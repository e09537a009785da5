kubectl hostnet list -o jsonpath
