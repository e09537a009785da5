kubectl hostnet list --kubeconfig missing
