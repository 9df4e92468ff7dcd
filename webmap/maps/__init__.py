"""Maps drawn with folium; the only package that knows it."""
