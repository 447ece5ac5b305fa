r"""Serves a SavedModel on this machine, as TensorFlow Serving would.

    python -m kp2part.serve
    python -m kp2part.serve --model_base_path=saved_models/mine \
        --model_name=mine --port=8501 --grpc_port=8500

A server for development and tests. It has the REST and gRPC APIs and the
directory layout of TensorFlow Serving, so clients work with either. Open the
logged URL in a browser to try the model, or send requests:

    curl http://127.0.0.1:8501/v1/models/quadruped_lite
    curl http://127.0.0.1:8501/v1/models/quadruped_lite/metadata

--model_base_path holds numbered versions, as kp2part.export writes them. The
newest is served. Add a newer one (by a rename, so that it appears complete) and
requests go to it as soon as it has loaded. If a version fails to load, this is
logged and reported, and the previous version stays in service.

Several models: --model_config_file=models.config, a file of TensorFlow Serving
that has a name and a base path for each.

With --label_studio it also is an ML backend for Label Studio: people place
keypoints there, and get the masks of the parts.

/monitoring/prometheus/metrics has counts and latencies. Ctrl-C or SIGTERM stops
the server once pending requests are done. Anyone who can reach the port can use
the model: with --host=0.0.0.0, put a proxy in front, and list its name in
--allowed_hosts. A SavedModel is a program: serve only models you trust.
"""

import os
import pathlib
import signal
import sys
import threading

from absl import flags
from absl import logging

from kp2part import presets
from kp2part.serving import limits as limits_lib
from kp2part.serving import model_configs
from kp2part.serving import start_checks
from kp2part.system import cli

_LIMITS = limits_lib.Limits()

_MODEL_BASE_PATH = flags.DEFINE_string(
    "model_base_path",
    str(presets.directory("quadruped_lite")),
    "Directory of numbered versions of any SavedModel. It may appear later.",
)
_MODEL_NAME = flags.DEFINE_string(
    "model_name", None, "Name in URLs; by default that of the directory."
)
_MODEL_CONFIG_FILE = flags.DEFINE_string(
    "model_config_file",
    None,
    "File that names several models: TensorFlow Serving's ModelServerConfig, "
    "as text. In place of --model_name and --model_base_path.",
)
_HOST = flags.DEFINE_string("host", "127.0.0.1", "Address to listen on.")
_PORT = flags.DEFINE_integer(
    "port",
    None,
    "Port for REST and the web page; 0 for none. By default that of the "
    "environment variable PORT, or else 8501.",
    0,
    65535,
)
_GRPC_PORT = flags.DEFINE_integer(
    "grpc_port", 8500, "Port for gRPC; 0 for none.", 0, 65535
)
_ALLOWED_HOSTS = flags.DEFINE_list(
    "allowed_hosts",
    [],
    "Further names of the server that the HTTP header Host may contain, for "
    "example the name of a proxy; * allows all.",
)
_PAGE = flags.DEFINE_bool("page", True, "Serve a web page to try the model.")
_LABEL_STUDIO = flags.DEFINE_bool(
    "label_studio",
    False,
    "Be an ML backend for Label Studio, at the address of the page. Of several "
    "models it is the first.",
)
_LABEL_STUDIO_URL = flags.DEFINE_string(
    "label_studio_url",
    None,
    "Address of Label Studio, to ask for photos. The environment variable "
    "LABEL_STUDIO_API_KEY has the token of a user who may see them.",
)
_LABEL_STUDIO_FILES = flags.DEFINE_string(
    "label_studio_files",
    None,
    "Directory with Label Studio's local files, or its media, to read photos.",
)
_ACCESS_LOG = flags.DEFINE_bool(
    "access_log",
    False,
    "Write a line of JSON for each request to stdout; no bodies, no tokens.",
)
_POLL_SECONDS = flags.DEFINE_float(
    "poll_seconds", 1.0, "Seconds between checks for a new version.", 0.01
)
_NUM_THREADS = flags.DEFINE_integer(
    "num_threads",
    _LIMITS.num_threads,
    "Number of predictions computed at the same time.",
    1,
)
_MAX_QUEUE = flags.DEFINE_integer(
    "max_queue",
    _LIMITS.max_queue,
    "Number of predictions that may wait for a thread; further requests get "
    "status 503.",
    1,
)
_MAX_BODY_MB = flags.DEFINE_integer(
    "max_body_mb",
    _LIMITS.max_body_bytes >> 20,
    "Maximum size of a request, in MiB.",
    1,
)


def model_name(name: str | None, base_path: pathlib.Path) -> str:
    """Returns the name in URLs, by default the directory's.

    Raises:
        ValueError: A URL could not hold it.
    """
    name = base_path.name if name is None else name
    model_configs.check_name(name, "`model_name`")
    return name


def models() -> list[model_configs.Config]:
    """Returns the models to serve: one by flags, or those of a file.

    Raises:
        ValueError: Both kinds of flags are given, or a model cannot be there.
    """
    file = _MODEL_CONFIG_FILE.value
    if file is None:
        base_path = pathlib.Path(_MODEL_BASE_PATH.value).absolute()
        name = model_name(_MODEL_NAME.value, base_path)
        configs = [model_configs.Config(name, base_path)]
    elif _MODEL_NAME.present or _MODEL_BASE_PATH.present:
        raise ValueError(
            "`model_config_file` has names and paths of models: give it "
            "without --model_name and --model_base_path."
        )
    else:
        configs = model_configs.read(pathlib.Path(file))
    for config in configs:
        start_checks.check_base_path(config.base_path)
    return configs


def label_studio_photos(max_bytes: int):
    """Returns where Label Studio's photos are read; None if it is not served.

    Args:
        max_bytes: Of a photo.

    Raises:
        ValueError: The flags contradict each other, or name nothing.
    """
    url, files = _LABEL_STUDIO_URL.value, _LABEL_STUDIO_FILES.value
    if not _LABEL_STUDIO.value:
        if url or files:
            raise ValueError(
                "`label_studio_url` and `label_studio_files` need "
                "--label_studio."
            )
        return None
    from kp2part.serving.label_studio_api import photos
    from kp2part.serving.label_studio_api import studio_host

    if files and not pathlib.Path(files).is_dir():
        raise ValueError(
            "`label_studio_files` must be a directory. Received: "
            f"label_studio_files={files!r}"
        )
    token = os.environ.get("LABEL_STUDIO_API_KEY", "")
    return photos.Photos(
        pathlib.Path(files) if files else None,
        studio_host.StudioHost(url, token) if url else None,
        max_bytes,
    )


def main(argv):
    del argv
    configs = models()
    photos = label_studio_photos(_MAX_BODY_MB.value << 20)
    port = start_checks.http_port(_PORT.value, os.environ)
    if port:
        start_checks.check_free(_HOST.value, port)
    import tensorflow as tf

    from kp2part.serving import access_log
    from kp2part.serving import admission
    from kp2part.serving import local_run
    from kp2part.serving import model_group

    # TensorFlow warns about the only way to load a SavedModel into a session.
    tf.get_logger().setLevel("ERROR")
    address = local_run.Address(
        _HOST.value,
        port,
        _GRPC_PORT.value,
        _PAGE.value,
        tuple(_ALLOWED_HOSTS.value),
    )
    limits = limits_lib.Limits(
        max_body_bytes=_MAX_BODY_MB.value << 20,
        num_threads=_NUM_THREADS.value,
        max_queue=_MAX_QUEUE.value,
    )
    stop = threading.Event()
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, lambda *_: stop.set())
    served = model_group.ModelGroup.open(
        configs,
        _POLL_SECONDS.value,
        admission.Admission(
            max_large=limits.max_large, num_small=limits.num_threads
        ),
    )
    try:
        log = access_log.AccessLog(sys.stdout) if _ACCESS_LOG.value else None
        local_run.run(served, address, limits, stop, photos, log)
    finally:
        served.close()
    logging.info("Stopped.")
    logging.flush()
    # A regular exit of Python and TensorFlow takes seconds, and nothing is left
    # to be written.
    os._exit(0)


if __name__ == "__main__":
    cli.run(main)
