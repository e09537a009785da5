kubectl hostnet list -o 'jsonpath={.items[*'
