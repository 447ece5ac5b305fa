"""A development server of SavedModels that behaves like TensorFlow Serving.

What is ours: `model_store` follows a directory of versions, `servable` runs
one, `admission` and `limits` protect the server, `server` puts the ports
together. What imitates others, and is frozen, has rooms of its own:
`tf_serving_api` (REST, JSON and gRPC, to the letter) and `waitress_server`
(the internals of an HTTP server). Nothing here imports the training code, nor
Keras.
"""
