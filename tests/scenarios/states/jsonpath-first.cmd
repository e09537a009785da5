kubectl hostnet list -A -o 'jsonpath={range .items[*]}{.name}: {.addresses[0].address} {.ports[0].port}{"\n"}{end}'
