"""Charts of the public pages: specifications of Vega-Lite that browsers draw, and the server where files are wanted."""
