kubectl hostnet list --field-selector spec.color=red
