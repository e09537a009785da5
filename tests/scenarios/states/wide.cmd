kubectl hostnet list -A -o wide
