from absl.testing import absltest
from absl.testing import parameterized

from kp2part.distribution import cluster

SLURM = {
    "SLURM_JOB_ID": "7",
    "SLURM_STEP_NODELIST": "node[3-6]",
    "SLURM_NTASKS": "4",
    "SLURM_PROCID": "2",
    "SLURM_LOCALID": "0",
}
OPEN_MPI = {
    "OMPI_COMM_WORLD_SIZE": "4",
    "OMPI_COMM_WORLD_RANK": "2",
}


def find(environment, **values):
    chosen = cluster.Distribution(distribute="processes", **values)
    return cluster.find(chosen, environment)


class ClusterTest(parameterized.TestCase):
    def test_flags_alone(self):
        found = find({}, coordinator="a:1", num_processes=2, process_id=1)
        self.assertEqual(found, cluster.Place("a:1", 2, 1, "deactivate"))

    def test_who_started_it_tells(self):
        self.assertEqual(find(SLURM), cluster.Place(None, 4, 2, "slurm"))
        found = find({**OPEN_MPI, "OMPI_MCA_orte_hnp_uri": "1.0;tcp://h:1"})
        self.assertEqual(found, cluster.Place(None, 4, 2, "ompi"))
        # Open MPI 5 no longer says where the first process is.
        found = find(OPEN_MPI, coordinator="h:1")
        self.assertEqual(found, cluster.Place("h:1", 4, 2, "deactivate"))
        found = find(
            {"JOB_COMPLETION_INDEX": "3"},
            coordinator="train-0.train:1234",
            num_processes=8,
        )
        self.assertEqual(found.index, 3)

    def test_flags_come_first(self):
        found = find(SLURM, coordinator="a:1", num_processes=3, process_id=0)
        self.assertEqual(found, cluster.Place("a:1", 3, 0, "slurm"))

    @parameterized.parameters(
        ({}, {}, "`num_processes` must be given.*SLURM_NTASKS"),
        ({}, {"num_processes": 2}, "`process_id` must be .*COMPLETION_INDEX"),
        ({}, {"num_processes": 2, "process_id": 0}, "`coordinator` must be"),
        ({**SLURM, "SLURM_PROCID": "x"}, {}, "SLURM_PROCID: .*number.*'x'"),
        (SLURM, {"process_id": 4}, "below `num_processes`, 4.*process_id=4"),
        (SLURM, {"coordinator": "host"}, "HOST:PORT. .*coordinator=host"),
        (SLURM, {"coordinator": "host:x"}, "HOST:PORT. .*coordinator=host:x"),
        (SLURM, {"num_processes": 0}, "num_processes.*at least 1"),
        (SLURM, {"process_timeout": 0.0}, "process_timeout"),
    )  # fmt: skip
    def test_what_cannot_be(self, environment, values, message):
        with self.assertRaisesRegex(ValueError, message):
            find(environment, **values)

    def test_has_an_effect_with_processes_only(self):
        with self.assertRaisesRegex(
            ValueError, "`coordinator` has an effect only with distribute"
        ):
            cluster.Distribution(coordinator="a:1")


if __name__ == "__main__":
    absltest.main()
