kubectl hostnet list -n monitoring --templates -o 'jsonpath={.items[*].workload} {.items[*].name}'
