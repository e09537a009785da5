kubectl hostnet list --include-host-ports
