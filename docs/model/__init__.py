"""The executable model of Zona's synchronisation: see README.md."""
