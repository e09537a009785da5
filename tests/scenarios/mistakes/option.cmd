kubectl hostnet list --namspace default
