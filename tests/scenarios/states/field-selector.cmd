kubectl hostnet list --field-selector status.phase!=Running,spec.nodeName=node-2
