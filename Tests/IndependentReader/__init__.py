"""A reader of the protocol that shares nothing with the programs: written from docs/protocol.md alone."""
