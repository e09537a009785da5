kubectl hostnet list -o custom-columns=NAME:.name,NODE:.node,PORTS:.ports[*].port,STALE:.stale,OWNER:.owner.kind
