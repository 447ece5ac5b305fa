"""Which flags of `kp2part.export` exclude each other."""


def check(
    file_format: str,
    batch_size: int | None = None,
    version: int | None = None,
    int8_tfrecords: str | None = None,
):
    """Checks flags by their values; None is one that is not given.

    Raises:
        ValueError: Two of them exclude each other; the message names them.
    """
    told = f"--format={file_format}"
    if file_format == "saved_model" and batch_size is not None:
        raise ValueError(
            f"--batch_size={batch_size}: a SavedModel takes any number of "
            "photos. Choose another --format."
        )
    if file_format != "saved_model" and version is not None:
        raise ValueError(
            f"--version={version}: {told} writes a file, --output, which has "
            "no versions."
        )
    if file_format != "litert" and int8_tfrecords:
        raise ValueError(
            f"--int8_tfrecords needs --format=litert. Received: {told}"
        )
