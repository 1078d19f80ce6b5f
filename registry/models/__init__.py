"""GeoAlchemy2 mirror of the tables that the application reads, a file a slice. The SQL under sql/ defines them; a test
proves that the two agree. Nothing here creates or alters a table."""

from registry.models import access, areas, assets, catalogue, changes, deliveries, parties, photos

# All of them, whichever is asked for: a foreign key names a table of another file.
__all__ = ["access", "areas", "assets", "catalogue", "changes", "deliveries", "parties", "photos"]
