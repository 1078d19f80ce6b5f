"""The command line of the domain. Each command is a line of the group `registry.commands` in setup.cfg."""
