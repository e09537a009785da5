kubectl hostnet list -A --templates
