"""What all processes of a run must have the same of, beside its settings."""

from collections.abc import Iterable
from collections.abc import Iterator
import pathlib

from kp2part.data import manifest as manifest_lib
from kp2part.distribution import team as team_lib
from kp2part.system import checksum
from kp2part.training import config as config_lib


def check(config: config_lib.TrainConfig, team: team_lib.Team):
    """Checks that all processes read the same records and weights.

    Args:
        config: All settings of the run.
        team: The processes.

    Raises:
        ValueError: They do not; the message names what differs.
    """
    if team.share.count == 1:
        return
    selection, network = config.selection, config.network
    directories = selection.tfrecords, *selection.extra_tfrecords
    records = [f"{x}/{manifest_lib.FILE_NAME}" for x in directories]
    weights = filter(None, (network.init_from, network.encoder_weights))
    for what, sources in (
        ("records", records),
        ("weights to begin with", weights),
    ):
        described = _described(map(pathlib.Path, sources))
        team.agree(what, "\n".join(described))


def _described(sources: Iterable[pathlib.Path]) -> Iterator[str]:
    """Yields a line for each file, of what it is and holds."""
    for source in sources:
        below = sorted(source.rglob("*")) if source.is_dir() else [source]
        for path in below:
            if path.is_file():
                yield f"{path} (SHA-256 {checksum.sha256(path)[:12]})"
