kubectl hostnet list --chunk-size many
