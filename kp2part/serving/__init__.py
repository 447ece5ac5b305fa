"""A development server of SavedModels, in TensorFlow Serving's words.

Nothing here imports the training code, nor Keras.
"""
