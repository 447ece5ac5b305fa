"""Where the processes of a run are: from flags, or from who started them."""

from collections.abc import Mapping
import dataclasses

from kp2part.system import settings

# Set for each process by Kubernetes (jobs with completionMode: Indexed), SLURM
# (srun) and Open MPI (mpirun).
_INDEX = "JOB_COMPLETION_INDEX", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK"
_COUNT = "SLURM_NTASKS", "OMPI_COMM_WORLD_SIZE"
# What JAX finds the first process by.
_SLURM = "SLURM_JOB_ID", "SLURM_STEP_NODELIST", "SLURM_LOCALID"
_OPEN_MPI = ("OMPI_MCA_orte_hnp_uri",)


@dataclasses.dataclass(frozen=True)
class Distribution:
    """Which devices train a network; see the help of each field."""

    distribute: str = settings.field(
        "none",
        "none trains on one device. mirrored uses all devices of this machine. "
        "processes makes this process one of several, on one machine or many, "
        "with KERAS_BACKEND=jax. Each device takes an equal part of "
        "--batch_size. With JAX, --input must be memory: the result is that of "
        "one device. See docs/how-to/many_machines.md.",
        choices=("none", "mirrored", "processes"),
    )
    coordinator: str | None = settings.field(
        None,
        "HOST:PORT at which the others reach process 0, a port for each run. "
        "SLURM and mpirun tell it by themselves.",
        only_with={"distribute": "processes"},
    )
    num_processes: int | None = settings.field(
        None,
        "Number of processes. SLURM and mpirun tell it by themselves.",
        minimum=1,
        only_with={"distribute": "processes"},
    )
    process_id: int | None = settings.field(
        None,
        "Number of this process, from 0; process 0 alone writes files. SLURM, "
        "mpirun and indexed jobs of Kubernetes tell it by themselves.",
        minimum=0,
        only_with={"distribute": "processes"},
    )
    process_timeout: float = settings.field(
        60.0,
        "Seconds without a sign of life from a process after which the others "
        "end.",
        minimum=5,
        only_with={"distribute": "processes"},
    )

    def __post_init__(self):
        settings.check(self)
        if self.coordinator is not None:
            _check_address(self.coordinator)


@dataclasses.dataclass(frozen=True)
class Place:
    """A process of a run.

    Attributes:
        coordinator: HOST:PORT of process 0; None if JAX finds it.
        count: Number of processes.
        index: Number of this one.
        method: What tells JAX the rest: the arguments of
            `jax.distributed.initialize` have its name.
    """

    coordinator: str | None
    count: int
    index: int
    method: str


def find(chosen: Distribution, environment: Mapping[str, str]) -> Place:
    """Returns the place of this process.

    Args:
        chosen: What flags say; it comes first.
        environment: Variables of the process.

    Raises:
        ValueError: Neither flags nor variables say it, or it cannot be.
    """
    count = chosen.num_processes
    if count is None:
        count = _number("num_processes", _COUNT, environment)
    index = chosen.process_id
    if index is None:
        index = _number("process_id", _INDEX, environment)
    if index >= count:
        raise ValueError(
            f"`process_id` must be below `num_processes`, {count}. Received: "
            f"process_id={index}"
        )
    method = _method(environment)
    if chosen.coordinator is None and method == "deactivate":
        raise ValueError(
            "`coordinator` must be the HOST:PORT of process 0, as neither srun "
            "nor mpirun has started this process. Received: none"
        )
    return Place(chosen.coordinator, count, index, method)


def _check_address(address: str):
    host, _, port = address.rpartition(":")
    is_number = port.isascii() and port.isdigit()
    if not host or not is_number or not 0 < int(port) < 65536:
        raise ValueError(
            "`coordinator` must be HOST:PORT, with a port of 1 to 65535. "
            f"Received: coordinator={address}"
        )


def _number(
    name: str, variables: tuple[str, ...], environment: Mapping[str, str]
) -> int:
    given = next((x for x in variables if x in environment), None)
    if given is None:
        raise ValueError(
            f"`{name}` must be given with distribute=processes, as none of "
            f"these variables is set: {', '.join(variables)}"
        )
    text = environment[given]
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{given}: must be a number. Received: {text!r:.80}")
    return int(text)


def _method(environment: Mapping[str, str]) -> str:
    if all(name in environment for name in _SLURM):
        return "slurm"
    return "ompi" if all(x in environment for x in _OPEN_MPI) else "deactivate"
