"""Photos of assets, and those that wait for theirs."""
