kubectl hostnet list -A --sort-by '{.ports[0].port}' -o 'custom-columns=NAME:.name,PORT:.ports[0].port,ADDRESS:.addresses[0].address'
