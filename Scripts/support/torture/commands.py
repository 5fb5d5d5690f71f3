"""Every command that writes."""

from . import at_narni, at_hub, by_file  # noqa: F401  Each adds its own to ALL, in this order.
from .case import ALL  # noqa: F401

# What CI breaks: of each kind one.
SHORT = ["add", "edit", "sync-up", "sync-down", "init", "conflicts-resolve", "hub-init-first", "serve-up", "serve-enrol",
         "hub-prune", "hub-backup", "hub-restore"]
