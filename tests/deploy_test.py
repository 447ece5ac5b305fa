"""The files of deploy/, as far as they can be checked here."""

import pathlib

from absl.testing import absltest
from google.protobuf import text_format
import jsonschema
from tensorflow_serving.config import model_server_config_pb2
import yaml

DEPLOY = pathlib.Path(__file__).parents[1] / "deploy"


def strict(properties, required=()):
    """Returns the schema of an object that has no other properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def some(items):
    return {"type": "array", "items": items, "minItems": 1}


TEXT = {"type": "string", "minLength": 1}
NUMBER = {"type": "number", "exclusiveMinimum": 0}
COUNT = {"type": "integer", "minimum": 1}
PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
TEXTS = {"type": "object", "additionalProperties": TEXT}
DURATION = {"type": "string", "pattern": r"^\d+(ms|s|m|h)$"}

# The fields of the Compose specification that we use.
COMPOSE = strict(
    {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        "services": {
            "type": "object",
            "additionalProperties": strict(
                {
                    "image": TEXT,
                    "command": some(TEXT),
                    "volumes": some(
                        {"type": "string", "pattern": r"^\.{1,2}/.*:/.*:ro$"}
                    ),
                    "ports": some(
                        {"type": "string", "pattern": r"^127\.0\.0\.1:\d+:\d+$"}
                    ),
                    "network_mode": TEXT,
                    "user": {"type": "string", "pattern": r"^[1-9]\d*:\d+$"},
                    "read_only": {"const": True},
                    "tmpfs": some(TEXT),
                    "cap_drop": {"const": ["ALL"]},
                    "security_opt": {"const": ["no-new-privileges:true"]},
                    "mem_limit": {"type": "string", "pattern": r"^\d+[mg]$"},
                    "cpus": NUMBER,
                    "pids_limit": COUNT,
                    "restart": {"enum": ["no", "always", "unless-stopped"]},
                    "healthcheck": strict(
                        {
                            "test": some(TEXT),
                            "interval": DURATION,
                            "timeout": DURATION,
                            "retries": COUNT,
                        },
                        ["test"],
                    ),
                    "depends_on": {
                        "type": "object",
                        "additionalProperties": strict(
                            {"condition": {"const": "service_healthy"}},
                            ["condition"],
                        ),
                    },
                },
                [
                    *("image", "user", "read_only", "cap_drop", "mem_limit"),
                    *("security_opt", "pids_limit", "volumes"),
                ],
            ),
        },
    },
    ["services"],
)

METADATA = strict({"name": TEXT, "labels": TEXTS}, ["name"])
SELECTOR = strict({"matchLabels": TEXTS}, ["matchLabels"])
RESOURCES = strict(
    {
        "cpu": {"type": "string", "pattern": r"^\d+m?$"},
        "memory": {"type": "string", "pattern": r"^\d+[MG]i$"},
    },
    ["cpu", "memory"],
)
PROBE = strict(
    {
        "httpGet": strict({"path": TEXT, "port": PORT}, ["path", "port"]),
        "periodSeconds": COUNT,
        "timeoutSeconds": COUNT,
        "failureThreshold": COUNT,
    },
    ["httpGet"],
)
CONTAINER = strict(
    {
        "name": {"type": "string", "pattern": "^[a-z0-9-]+$"},
        "image": {"type": "string", "pattern": r"^[a-z/]+:[\w.]+$"},
        "args": some(TEXT),
        "ports": some(
            strict({"name": TEXT, "containerPort": PORT}, ["containerPort"])
        ),
        "startupProbe": PROBE,
        "livenessProbe": PROBE,
        "readinessProbe": PROBE,
        "resources": strict(
            {"requests": RESOURCES, "limits": RESOURCES}, ["limits", "requests"]
        ),
        "securityContext": strict(
            {
                "allowPrivilegeEscalation": {"const": False},
                "readOnlyRootFilesystem": {"const": True},
                "capabilities": {"const": {"drop": ["ALL"]}},
            },
            [
                *("allowPrivilegeEscalation", "readOnlyRootFilesystem"),
                "capabilities",
            ],
        ),
        "volumeMounts": some(
            strict(
                {
                    "name": TEXT,
                    "mountPath": {"type": "string", "pattern": "^/"},
                    "subPath": TEXT,
                    "readOnly": {"type": "boolean"},
                },
                ["name", "mountPath"],
            )
        ),
    },
    ["name", "image", "resources", "securityContext"],
)
POD = strict(
    {
        "automountServiceAccountToken": {"const": False},
        "securityContext": strict(
            {
                "runAsNonRoot": {"const": True},
                "runAsUser": COUNT,
                "runAsGroup": COUNT,
                "seccompProfile": {"const": {"type": "RuntimeDefault"}},
            },
            ["runAsNonRoot"],
        ),
        "containers": some(CONTAINER),
        "volumes": some(
            {
                "oneOf": [
                    strict({"name": TEXT, kind: settings}, ["name", kind])
                    for kind, settings in {
                        "configMap": strict({"name": TEXT}, ["name"]),
                        "emptyDir": strict({"sizeLimit": TEXT}, ["sizeLimit"]),
                        "persistentVolumeClaim": strict(
                            {"claimName": TEXT, "readOnly": {"const": True}},
                            ["claimName"],
                        ),
                    }.items()
                ]
            }
        ),
    },
    ["automountServiceAccountToken", "securityContext", "containers"],
)
POLICY_PORT = strict({"port": PORT, "protocol": {"const": "TCP"}}, ["port"])


def manifest(version, kind, spec):
    return strict(
        {
            "apiVersion": {"const": version},
            "kind": {"const": kind},
            "metadata": METADATA,
            "spec": spec,
        },
        ["apiVersion", "kind", "metadata", "spec"],
    )


# The fields of Kubernetes' objects that we use.
KUBERNETES = {
    "Deployment": manifest(
        "apps/v1",
        "Deployment",
        strict(
            {
                "replicas": COUNT,
                "selector": SELECTOR,
                "template": strict(
                    {"metadata": strict({"labels": TEXTS}), "spec": POD},
                    ["metadata", "spec"],
                ),
            },
            ["selector", "template"],
        ),
    ),
    "Service": manifest(
        "v1",
        "Service",
        strict(
            {
                "selector": TEXTS,
                "ports": some(
                    strict(
                        {"name": TEXT, "port": PORT, "targetPort": PORT},
                        ["port"],
                    )
                ),
            },
            ["selector", "ports"],
        ),
    ),
    "NetworkPolicy": manifest(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        strict(
            {
                "podSelector": SELECTOR,
                "policyTypes": some({"enum": ["Ingress", "Egress"]}),
                "ingress": some(strict({"ports": some(POLICY_PORT)})),
                "egress": {"const": []},
            },
            ["podSelector", "policyTypes"],
        ),
    ),
}


def load(name):
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


def models_config():
    return text_format.Parse(
        (DEPLOY / "models.config").read_text(),
        model_server_config_pb2.ModelServerConfig(),
    )


class ComposeTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        (self.compose,) = load("compose.yaml")

    def test_fields(self):
        jsonschema.validate(self.compose, COMPOSE)

    def test_mounted_files_exist(self):
        for service in self.compose["services"].values():
            for volume in service["volumes"]:
                self.assertTrue(
                    (DEPLOY / volume.split(":")[0]).exists(), volume
                )

    def test_model_is_mounted_where_the_config_says(self):
        server = self.compose["services"]["tensorflow_serving"]
        (models,) = (v for v in server["volumes"] if v.endswith(":/models:ro"))
        for config in models_config().model_config_list.config:
            path = config.base_path.replace("/models", models.split(":")[0])
            self.assertTrue((DEPLOY / path / "1" / "saved_model.pb").is_file())

    def test_only_the_proxy_is_published(self):
        published = {
            port.rsplit(":", 1)[1]
            for service in self.compose["services"].values()
            for port in service.get("ports", [])
        }
        self.assertEqual(published, {"8080"})
        self.assertIn("listen 8080;", (DEPLOY / "nginx.conf").read_text())


class KubernetesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.objects = {x["kind"]: x for x in load("kubernetes.yaml")}
        self.pod = self.objects["Deployment"]["spec"]["template"]

    def test_fields(self):
        self.assertEqual(self.objects.keys(), KUBERNETES.keys())
        for kind, fields in self.objects.items():
            jsonschema.validate(fields, KUBERNETES[kind])

    def test_names_fit(self):
        labels = self.pod["metadata"]["labels"]
        deployment, service, policy = (
            self.objects[kind]["spec"] for kind in KUBERNETES
        )
        self.assertEqual(deployment["selector"]["matchLabels"], labels)
        self.assertEqual(service["selector"], labels)
        self.assertEqual(policy["podSelector"]["matchLabels"], labels)
        volumes = {volume["name"] for volume in self.pod["spec"]["volumes"]}
        for container in self.pod["spec"]["containers"]:
            for mount in container["volumeMounts"]:
                self.assertIn(mount["name"], volumes)
        self.assertEqual(service["ports"][0]["targetPort"], 8080)
        self.assertEqual(policy["ingress"][0]["ports"][0]["port"], 8080)

    def test_probes_ask_for_the_model(self):
        names = {c.name for c in models_config().model_config_list.config}
        server, proxy = self.pod["spec"]["containers"]
        for probe in (
            server["startupProbe"],
            server["livenessProbe"],
            proxy["readinessProbe"],
        ):
            prefix, name = probe["httpGet"]["path"].rsplit("/", 1)
            self.assertEqual(prefix, "/v1/models")
            self.assertIn(name, names)

    def test_kustomization_has_the_files(self):
        (fields,) = load("kustomization.yaml")
        (config,) = fields["configMapGenerator"]
        for name in *fields["resources"], *config["files"]:
            self.assertTrue((DEPLOY / name).is_file(), name)
        mounted = {v["name"]: v for v in self.pod["spec"]["volumes"]}["config"]
        self.assertEqual(mounted["configMap"]["name"], config["name"])


class BothTest(absltest.TestCase):
    def test_same_server_of_the_same_flags(self):
        (compose,) = load("compose.yaml")
        (deployment, *_) = load("kubernetes.yaml")
        here = compose["services"]["tensorflow_serving"]
        there = deployment["spec"]["template"]["spec"]["containers"][0]
        self.assertEqual(here["command"], there["args"])
        self.assertIn("--enable_batching=false", there["args"])
        tag = there["image"].split(":")[1]
        self.assertIn(f"TENSORFLOW_SERVING_TAG:-{tag}", here["image"])


if __name__ == "__main__":
    absltest.main()
