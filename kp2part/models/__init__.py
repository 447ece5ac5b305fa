"""The networks, their layers and losses. Pure Keras: any backend."""
