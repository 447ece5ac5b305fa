"""Reads TFRecords back and checks everything that a build guarantees.

    python -m tfrecords_tools.verify --tfrecords=/data/quadruped

Checks the files against the manifest (sizes, checksums, numbers of records),
each record (images, labels, keypoints, box), and that no two splits share a
photo. Prints the fraction of the pixels in each part. If there are problems,
lists them all and exits with 1.
"""

from absl import flags

from kp2part.system import cli

_TFRECORDS = flags.DEFINE_string(
    "tfrecords", None, "Directory written by tfrecords_tools.build."
)


def main(argv):
    """Verifies a directory; raises an error if there are problems."""
    del argv
    from kp2part.data import manifest as manifest_lib
    from tfrecords_tools.checking import verification

    manifest = manifest_lib.load(_TFRECORDS.value)
    censuses, problems = verification.verify(manifest)
    print(verification.report(manifest, censuses))  # noqa: T201
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise ValueError(
            f"{manifest.directory}: {len(problems)} problems:\n{listed}"
        )
    print(f"{manifest.directory}: no problems")  # noqa: T201


if __name__ == "__main__":
    cli.run(main, required=("tfrecords",))
