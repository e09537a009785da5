kubectl hostnet list -A --templates --include-host-ports -o wide
