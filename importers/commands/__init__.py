"""The command line of the importers: import, areas, the demo district."""
