"""The files of the page for other machines are what they seem."""

import re
import subprocess

from absl.testing import absltest
import yaml

from kp2part.distribution import cluster
from kp2part.system import settings
from kp2part.training import config
from tests.docs import pages

PAGE = "docs/how-to/many_machines.md"
SRUN = {
    "SLURM_JOB_ID": "1",
    "SLURM_STEP_NODELIST": "a[1-2]",
    "SLURM_LOCALID": "0",
    "SLURM_NTASKS": "8",
    "SLURM_PROCID": "3",
}


def place(arguments, environment):
    """Returns the place of a process started with a command's arguments."""
    given = dict(x.removeprefix("--").split("=", 1) for x in arguments)
    known = {
        *(x.name for x in settings.fields(config.TrainConfig)),
        *(x.name for x in settings.fields(cluster.Distribution)),
        *("flagfile", "workdir"),
    }
    if unknown := set(given) - known:
        raise ValueError(f"No such flags: {unknown}")
    chosen = {x: given[x] for x in ("distribute", "coordinator") if x in given}
    if "num_processes" in given:
        chosen["num_processes"] = int(given["num_processes"])
    return cluster.find(cluster.Distribution(**chosen), environment)


class ManyMachinesTest(absltest.TestCase):
    def test_slurm_script(self):
        (script,) = pages.scripts(PAGE, "slurm")
        subprocess.run(["bash", "-n", "-c", script], check=True)
        command = script[script.index("srun") :].replace("\\\n", " ").split()
        arguments = command[command.index("kp2part.train") + 1 :]
        found = place(arguments, SRUN)
        self.assertEqual(found, cluster.Place(None, 8, 3, "slurm"))
        batch = int(re.search(r"--batch_size=(\d+)", script)[1])
        self.assertEqual(batch % 8, 0)  # Two nodes with four tasks.

    def test_kubernetes_job(self):
        (text,) = pages.scripts(PAGE, "yaml")
        service, job = yaml.safe_load_all(text)
        pod = job["spec"]["template"]["spec"]
        self.assertEqual(job["spec"]["completionMode"], "Indexed")
        self.assertEqual(pod["subdomain"], service["metadata"]["name"])
        name = job["metadata"]["name"]
        self.assertEqual(service["spec"]["selector"], {"job-name": name})
        (container,) = pod["containers"]
        found = place(container["command"][3:], {"JOB_COMPLETION_INDEX": "2"})
        self.assertEqual(found.index, 2)
        self.assertEqual(found.count, job["spec"]["completions"])
        self.assertEqual(found.count, job["spec"]["parallelism"])
        host, _, _ = found.coordinator.partition(":")
        self.assertEqual(host, f"{name}-0.{pod['subdomain']}")


if __name__ == "__main__":
    absltest.main()
