"""Trains on two CPU devices or on one; a test runs it in a process of its own.

python -m tests.distribution.mirrored_script FLAGFILE WORKDIR none|mirrored
"""

import pathlib
import sys

import keras

from kp2part.distribution import cluster
from kp2part.distribution import flags
from kp2part.training import flagfile
from kp2part.training import trainer
from kp2part.training import workdir


def make_two_devices():
    if keras.backend.backend() == "jax":
        import jax

        jax.config.update("jax_num_cpu_devices", 2)
        return
    import tensorflow as tf

    (cpu,) = tf.config.list_physical_devices("CPU")
    one = tf.config.LogicalDeviceConfiguration()
    tf.config.set_logical_device_configuration(cpu, [one, one])


def main():
    path, directory, distribute = sys.argv[1:]
    make_two_devices()
    run = workdir.Workdir(pathlib.Path(directory))
    chosen = cluster.Distribution(distribute)
    with flags.team(chosen, run.path) as team:
        trainer.train(flagfile.load(pathlib.Path(path)), run, team=team)


if __name__ == "__main__":
    main()
