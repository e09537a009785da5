kubectl hostnet list
