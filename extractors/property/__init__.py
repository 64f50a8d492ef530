"""Inside of ``extractors.properties``: sizes and trainings of models, as tables and sentences say them."""
