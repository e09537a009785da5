kubectl hostnet -n default list
