"""Real faults for the real programs: Scripts/torture --help, and "Real faults" in docs/testing.md."""
