kubectl hostnet list running pod/stale ordinary -o wide
