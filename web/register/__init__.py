"""The list and the page of an asset, its photos and edits."""
