kubectl hostnet list -A -o 'jsonpath={range .items[?(@.ready==true)]}{.namespace}/{.name}{"\t"}{.addresses[?(@.type=="InternalIP")].address}{"\n"}{end}'
