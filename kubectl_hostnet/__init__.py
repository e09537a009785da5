"""kubectl hostnet: where host-networked Pods live, what they listen on, and whether they can be reached."""

__version__ = "0.1.0"
