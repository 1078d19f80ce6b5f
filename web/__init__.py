"""HTTP in; HTML, JSON and vector tiles out. The only place of Flask. Holds no SQL."""
