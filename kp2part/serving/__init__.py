"""A development server of SavedModels that behaves like TensorFlow Serving.

`model_store` follows a directory of versions, `servable` runs one version,
`admission` and `limits` protect the server, and `server` puts the ports
together. Two rooms are frozen, each for reasons that its `__init__` explains:
`tf_serving_api` imitates TensorFlow Serving's REST and gRPC to the letter, and
`waitress_server` builds on the internals of an HTTP server. Nothing here
imports the training code or Keras.
"""
