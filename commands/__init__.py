"""The commands of `burden`, each a thin function; heavy imports wait until one needs them."""
