"""The waist: filters, lists, counts, search and detail of assets."""
