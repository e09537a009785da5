kubectl hostnet list -o 'jsonpath={.items[5].name}'
