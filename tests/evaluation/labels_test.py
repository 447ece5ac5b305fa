from absl.testing import absltest

from kp2part.evaluation import labels


class LabelsTest(absltest.TestCase):
    def test_scores_say_what_their_labels_are(self):
        pseudo = labels.of({"labels": "pseudo"})
        self.assertEqual(pseudo.mask, "pseudo-label")
        self.assertEqual(pseudo.title, "Agreement with pseudo-labels")
        self.assertIn("not measure accuracy", pseudo.caution)
        self.assertEqual(labels.of({"labels": "true"}).mask, "truth")

    def test_scores_of_earlier_versions_claim_no_truth(self):
        self.assertEqual(labels.of({}).mask, "label")
        self.assertEqual(labels.of({}).title, "IoU")


if __name__ == "__main__":
    absltest.main()
