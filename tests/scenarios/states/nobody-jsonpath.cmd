kubectl hostnet list -n empty -o jsonpath='{.items}'
