kubectl hostnet list -o custom-columns=NAME
