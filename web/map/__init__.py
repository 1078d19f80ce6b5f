"""The map: the Folium shell, its tiles and what it asks."""
