kubectl hostnet list -o xml
