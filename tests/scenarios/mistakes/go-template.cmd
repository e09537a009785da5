kubectl hostnet list -o go-template='{{.items}}'
