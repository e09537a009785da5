"""What the name of a flag, a variable or a configuration key says: a port of its own, an address, or somebody else's."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

LISTEN = frozenset({"listen", "listens", "listener", "listeners", "listening", "bind", "binds", "binding", "serve", "serving", "entrypoint", "entrypoints"})  # fmt: skip
PORT = frozenset({"port", "ports"})
PLACE = frozenset({"address", "addr", "addresses", "addrs", "host", "hosts", "hostname", "ip", "ips", "url", "urls", "uri", "endpoint", "endpoints", "interface"})  # fmt: skip
# Words that say nothing of what the port is for; com.sun and org stand in front of Java's properties.
STRUCTURE = LISTEN | PORT | PLACE | {
    "on", "to", "number", "num", "tcp", "udp", "the", "default", "local", "my", "v4", "v6", "ipv4", "ipv6", "com", "sun", "org",
}  # fmt: skip
# A bare number may follow these: `--listen=8080`, `HTTP_PORT_NUMBER=80`, `--port-http=80`.
TAIL = PORT | LISTEN | {
    "on", "number", "num", "tcp", "udp", "http", "https", "grpc", "tls", "ssl", "plain", "secure", "insecure", "v4", "v6", "ipv4", "ipv6",
}  # fmt: skip
# What a server offers under a port of its own.
SERVED = frozenset({
    "http", "https", "h2c", "http2", "web", "webui", "ui", "gui", "frontend", "dashboard", "console", "admin", "management", "manage", "server",
    "app", "application", "main", "api", "rest", "grpc", "rpc", "thrift", "metrics", "metric", "prometheus", "prom", "monitoring", "telemetry", "stats",
    "status", "health", "healthz", "healthcheck", "check", "checks", "liveness", "readiness", "livez", "readyz", "ready", "live", "probe", "probes",
    "pprof", "profiling", "profile", "profiler", "debug", "gops", "expvar", "jmx", "jmxremote", "secure", "insecure", "tls", "ssl", "plain", "websocket",
    "ws", "wss", "webhook", "webhooks", "ssh", "sshd", "sftp", "ftp", "rtsp", "rtmp", "hls", "container", "daemon", "service", "internal", "private",
    "observability", "introspection", "diagnostics", "control", "agent", "gossip", "memberlist", "serf", "vxlan", "geneve", "wireguard", "wg", "quic",
    "http3", "heartbeat", "public", "zpages", "tunnel", "validating", "mutating", "admission", "conversion", "hubble", "info", "httpd", "dns",
})  # fmt: skip
# Somebody else's address: peers, upstreams, what is only announced.
OTHERS = frozenset({
    "upstream", "upstreams", "master", "apiserver", "kubeconfig", "kubernetes", "etcd", "kubelet", "peer", "peers", "remote", "target", "targets",
    "backend", "backends", "broker", "brokers", "destination", "dest", "dst", "source", "src", "sport", "dport", "forward", "forwarder", "join", "seed",
    "seeds", "discovery", "initial", "external", "callback", "redirect", "pushgateway", "push", "collector", "tracing", "tracer", "trace", "otlp",
    "opentelemetry", "otel", "zipkin", "jaeger", "statsd", "dogstatsd", "graphite", "influx", "influxdb", "redis", "mysql", "mariadb", "postgres",
    "postgresql", "pg", "db", "database", "mongo", "mongodb", "kafka", "zookeeper", "zk", "nats", "amqp", "rabbitmq", "mqtt", "memcached", "memcache",
    "elasticsearch", "elastic", "opensearch", "loki", "kibana", "consul", "vault", "ldap", "smtp", "mail", "email", "imap", "ntp", "sentry", "oidc",
    "issuer", "oauth", "s3", "nameserver", "nameservers", "resolver", "resolvers", "alertmanager", "grafana", "dial", "connect", "wait", "scrape",
    "sink", "output", "export", "write", "send", "registry", "published", "nodeport", "gateway", "router", "intake", "parent", "origin", "origins", "cors",
    "leader", "replica", "client", "clients", "proxies", "ingest", "fluentd", "logstash", "datadog", "dd", "newrelic", "splunk", "clickhouse", "display",
    "firewall", "allowed", "trusted", "whitelist", "allowlist", "deny", "exclude", "excluded", "ignore", "ignored",
})  # fmt: skip
# Several of them are a client's list: etcd's `endpoints`, the members of a cluster. A program's own are called addresses.
ASKED = frozenset({"endpoints"})
ANNOUNCED = frozenset({"advertise", "advertised", "advertising", "announce", "announced", "noproxy", "upstreamsvc", "timeout", "backlog", "interval"})  # fmt: skip
RANGES = frozenset(
    {"range", "ranges", "min", "max", "start", "end", "first", "last", "begin", "low", "high", "offset", "count"}
)
UDP = frozenset({"udp", "vxlan", "geneve", "wireguard", "wg", "dtls", "quic", "http3", "sflow", "netflow", "ipfix", "tftp", "dhcp", "mdns", "ssdp", "rtp"})  # fmt: skip
BOTH = frozenset({"memberlist", "serf", "gossip", "dns"})
PAIRS = (
    ("api", "server"),
    ("node", "port"),
    ("proxy", "server"),
    ("service", "port"),
    ("kube", "api"),
    ("cloud", "api"),
    ("remote", "write"),
)
GLUED = re.compile(r"^(.{2,}?)(bindaddr|bindaddress|bindport|listenaddr|listenport|port|addr|address|listen|bind)$")
NOT_GLUED = frozenset(
    {
        "support",
        "export",
        "import",
        "transport",
        "report",
        "passport",
        "viewport",
        "airport",
        "rebind",
        "keybind",
        "nodeport",
    }
)
WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+\d*|[A-Z]+\d*|\d+")


class Name(msgspec.Struct, frozen=True, gc=False):
    """A name, taken apart: its words in order, in lower case."""

    text: str
    words: tuple[str, ...]

    @property
    def last(self) -> str:
        """The last word, "" if there is none."""
        return self.words[-1] if self.words else ""

    @property
    def topic(self) -> frozenset[str]:
        """What the setting is about: `--metrics-bind-address` and `--metrics-port` are both about metrics."""
        return frozenset(word for word in self.words if word not in STRUCTURE and not word.isdigit())

    @property
    def about(self) -> str:
        """The word of the topic that stands last: `http` in SHOP_HTTP_PORT, whatever a shop is."""
        return next((word for word in reversed(self.words) if word in self.topic), "")

    @property
    def listens(self) -> bool:
        """The name itself says that something listens."""
        return any(word in LISTEN for word in self.words)

    @property
    def is_place(self) -> bool:
        """The last word is one of host, address, url ..."""
        return self.last in PLACE

    @property
    def is_port(self) -> bool:
        """A number given to it is a port: `--port`, `--metrics-port`, `HTTP_PORT_NUMBER`, `--listen`."""
        marks = [i for i, word in enumerate(self.words) if word in PORT or word in LISTEN]
        if not marks or RANGES & set(self.words) or self.announced:
            return False
        after = self.words[max(marks) + 1 :]
        return all(word in TAIL or (word in PLACE and self.listens) for word in after)

    @property
    def announced(self) -> bool:
        """What is told to others, or no address at all (a timeout, a backlog), though it may say `listener`."""
        return any(word in ANNOUNCED for word in self.words)

    def others(self, own: frozenset[str]) -> bool:
        """Somebody else's: a peer, an upstream, a database. `own` are the names of the software itself."""
        if self.announced:
            return True
        pairs = zip(self.words, self.words[1:], strict=False)
        foreign = any(word in OTHERS and word not in own for word in self.words) or any(pair in PAIRS for pair in pairs)
        foreign = foreign or self.last in ASKED
        return foreign and not self.listens

    @property
    def protocols(self) -> tuple[str, ...]:
        """The protocols that the name tells of, if any."""
        words = set(self.words)
        return ("TCP", "UDP") if words & BOTH else ("UDP",) if words & UDP else ("TCP",) if "tcp" in words else ()


@lru_cache(maxsize=65536)
def name_of(text: str) -> Name:
    """Take a name apart at signs, at capitals, and before a glued `port` or `addr` (`metricsport`, `bindaddr`)."""
    return Name(text, tuple(word for part in WORD.findall(text) for word in _unglued(part.lower())))


def _unglued(word: str) -> tuple[str, ...]:
    glued = None if word in NOT_GLUED or word in STRUCTURE else GLUED.match(word)
    if glued is None:
        return (word,)
    for verb in ("bind", "listen"):
        if glued[2].startswith(verb) and glued[2] != verb:
            return glued[1], verb, glued[2].removeprefix(verb)
    return glued[1], glued[2]
