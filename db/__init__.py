"""Schema, migrations, views, queries and export. The only room that imports sqlalchemy."""
