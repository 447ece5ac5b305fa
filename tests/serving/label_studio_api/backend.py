"""An ML backend over a model that fills boxes, and Label Studio's requests."""

import base64
import io
import json

import cv2
import grpc
import numpy as np

from kp2part.schema import task as task_lib
from kp2part.serving import admission
from kp2part.serving.label_studio_api import application
from kp2part.serving.label_studio_api import photos as photos_lib
from kp2part.serving.tf_serving_api import errors
from tests import photo_files
from tests.formats import studio

NAMES = {
    "keypointlabels": "kp",
    "choices": "visibility",
    "rectanglelabels": "box",
    "brushlabels": "part",
}
CONFIG = """<View><Image name="image" value="$image"/>
<KeyPointLabels name="kp" toName="image"><Label value="left_ear"/>
<Label value="Left ear"/><Label value="nose"/></KeyPointLabels>
<Choices name="visibility" toName="image" perRegion="true">
<Choice value="visible"/><Choice value="hidden"/></Choices>
<RectangleLabels name="box" toName="image"><Label value="dog"/>
<Label value="car"/></RectangleLabels>
<BrushLabels name="part" toName="image"><Label value="head"/></BrushLabels>
</View>"""
PICTURE = photo_files.picture(40, 200)
PHOTO = photo_files.png(PICTURE)


def data_url(contents=PHOTO):
    text = base64.b64encode(contents).decode()
    return f"data:image/png;base64,{text}"


class Model:
    """Its only part fills the box; `asked` has the inputs of predictions."""

    name, version = "pet", 3

    def __init__(self, quality=0.75):
        self.quality = quality
        self.asked = []
        self.error = None

    def servable(self, name, version=None, label=None):
        del name, version, label
        return self

    def run(self, signature, inputs, outputs=None):
        if signature == "metadata":
            return self.metadata(inputs["key"][0])
        if self.error:
            raise self.error
        self.asked.append((signature, inputs))
        found = [
            self.filled(image, box)
            for image, box in zip(
                inputs["image_bytes"], self.boxes(inputs), strict=True
            )
        ]
        return {name: _array([x[name] for x in found]) for name in outputs}

    def metadata(self, key):
        if key == b"quality" and self.quality is None:
            raise errors.invalid("no such key")
        text = json.dumps(task_lib.Task(studio.CATEGORY).to_json())
        return {"json_bytes": np.array([text.encode()], object)}

    def boxes(self, inputs):
        if "box" in inputs:
            return np.round(inputs["box"])
        return [(0, 0, 10, 10)] * len(inputs["image_bytes"])

    def filled(self, image, box):
        # As the graph does, `imdecode` turns the photo upright.
        pixels = cv2.imdecode(np.frombuffer(image, np.uint8), 1)
        mask = np.zeros(pixels.shape[:2], np.uint8)
        xmin, ymin, xmax, ymax = np.int64(box)
        mask[ymin:ymax, xmin:xmax] = 1
        png = cv2.imencode(".png", mask)[1].tobytes()
        return {
            "mask_bytes": png, "box": np.float32(box),
            "area": [0, 1], "confidence": [0, 1], "quality": self.quality,
        }  # fmt: skip


def _array(values):
    return np.array(values, object if isinstance(values[0], bytes) else None)


def unavailable():
    return errors.ServingError(grpc.StatusCode.UNAVAILABLE, "too many")


def named(regions):
    """Returns regions with the names of the tags of CONFIG."""
    return [{**x, "from_name": NAMES.get(x["type"])} for x in regions]


def task(*regions, image=None, **fields):
    """Returns a task with an annotation, and its photo as a data URL."""
    found = studio.task(*named(regions), **fields)
    return {**found, "data": {"image": data_url() if image is None else image}}


class Backend:
    """Sends requests to the WSGI application."""

    def __init__(self, model=None, photos=None):
        self.model = model or Model()
        self.admission = admission.Admission(max_large=1)
        self.application = application.application(
            self.model,
            self.admission,
            photos or photos_lib.Photos(None, None, 1 << 20),
        )

    def ask(self, method, path, fields=None):
        """Returns the status line, and the fields of the response."""
        body = b"" if fields is None else json.dumps(fields).encode()
        said = []
        chunks = self.application(
            {
                "REQUEST_METHOD": method, "PATH_INFO": path,
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": io.BytesIO(body),
            },
            lambda status, headers: said.append(status),
        )  # fmt: skip
        return said[0], json.loads(b"".join(chunks))

    def predict(self, *tasks, context=None, config=CONFIG):
        """Returns the results of a predict request."""
        _, found = self.ask(
            "POST",
            "/predict",
            {
                "tasks": list(tasks), "project": "1.1", "label_config": config,
                "params": {"login": None, "password": None, "context": context},
            },
        )  # fmt: skip
        return found["results"]
