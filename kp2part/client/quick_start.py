"""A sooner start of a SavedModel, for programs that run one for a while.

TensorFlow rewrites each function of a SavedModel before its first run, which
takes longer than reading the model, and makes the next runs of single objects
3 % faster and those of batches no faster: the weights are variables, so that
convolutions are not joined with what follows them.
"""


def skip_rewriting(address: str):
    """Has TensorFlow run functions as they are, in this whole process.

    Args:
        address: As `client.connect` takes it. If it is not that of a SavedModel
            on disk, nothing is done.
    """
    if "://" in address or address.endswith(".tflite"):
        return
    import tensorflow as tf

    tf.config.optimizer.set_experimental_options(
        {"disable_meta_optimizer": True}
    )
