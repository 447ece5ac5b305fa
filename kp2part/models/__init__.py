"""The networks, their layers and losses. Keras alone: any backend."""
