"""The standard health service of gRPC, grpc.health.v1: Check and Watch.

The services are "", for all models together, and the name of each model. The
package grpcio-health-checking has it as well, but none of its releases takes
our protobuf; the two messages are defined here.
"""

from concurrent import futures
import threading

from google.protobuf import descriptor_pb2
from google.protobuf import descriptor_pool
from google.protobuf import message_factory
import google.protobuf.message
import grpc

from kp2part.serving import model_group
from kp2part.serving import model_store

_PACKAGE = "grpc.health.v1"
_SERVICE = f"{_PACKAGE}.Health"
_STATUSES = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")
MAX_WATCHERS = 16
_LOOK_SECONDS = 1.0  # Between two looks whether a watcher is still there.
SERVING, NOT_SERVING, SERVICE_UNKNOWN = 1, 2, 3


def _messages():
    # In a pool of our own, in case that package is imported too.
    file = descriptor_pb2.FileDescriptorProto(
        name="kp2part/health.proto", package=_PACKAGE, syntax="proto3"
    )
    field = descriptor_pb2.FieldDescriptorProto
    request = file.message_type.add(name="HealthCheckRequest")
    request.field.add(name="service", number=1, label=1, type=field.TYPE_STRING)
    response = file.message_type.add(name="HealthCheckResponse")
    statuses = response.enum_type.add(name="ServingStatus")
    for number, name in enumerate(_STATUSES):
        statuses.value.add(name=name, number=number)
    response.field.add(
        name="status",
        number=1,
        label=1,
        type=field.TYPE_ENUM,
        type_name=f".{_PACKAGE}.HealthCheckResponse.ServingStatus",
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return [
        message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"{_PACKAGE}.{message.name}")
        )
        for message in file.message_type
    ]


Request, Response = _messages()


class Health:
    """Responds for models, and tells watchers when that changes.

    Args:
        models: Those that are served.
    """

    def __init__(self, models: model_group.ModelGroup | model_store.ModelStore):
        self._models = models
        self._is_stopping = False
        self._changed = threading.Condition()
        self._places = threading.BoundedSemaphore(MAX_WATCHERS)
        models.listen(self._wake)

    def add_to(self, server: grpc.Server):
        """Adds the service to a server that has not been started."""

        def watch(message, context):
            return self._watch(message, context)

        # gRPC looks for it, as in its own health service. A watcher that does
        # not read waits in a thread of these, and not in one of predictions.
        # One more than there may be, to refuse the rest.
        watch.experimental_thread_pool = futures.ThreadPoolExecutor(
            MAX_WATCHERS + 1, "health"
        )
        handlers = {
            "Check": grpc.unary_unary_rpc_method_handler(
                self._check, Request.FromString, Response.SerializeToString
            ),
            # Parses by itself, see `grpc_guard`.
            "Watch": grpc.unary_stream_rpc_method_handler(
                watch, None, Response.SerializeToString
            ),
        }
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(_SERVICE, handlers)]
        )

    def stop(self):
        """Tells watchers that nothing serves any more, and lets them go."""
        self._is_stopping = True
        self._wake()

    def _status(self, service):
        if service and service not in self._models.names:
            return SERVICE_UNKNOWN
        problems = self._models.problems(service or None)
        return NOT_SERVING if self._is_stopping or problems else SERVING

    def _check(self, request, context):
        status = self._status(request.service)
        if status == SERVICE_UNKNOWN:
            context.abort(grpc.StatusCode.NOT_FOUND, "No such service.")
        return Response(status=status)

    def _watch(self, message, context):
        try:
            service = Request.FromString(message).service
        except google.protobuf.message.DecodeError:
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, "Not a HealthCheckRequest."
            )
        if not self._places.acquire(blocking=False):
            context.abort(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"{MAX_WATCHERS} clients are watching already: use Check.",
            )
        try:
            context.add_callback(self._wake)
            yield from self._responses(service, context)
        finally:
            self._places.release()

    def _responses(self, service, context):
        told = None
        while context.is_active():
            with self._changed:
                status = self._status(service)
                if status == told and not self._is_stopping:
                    self._changed.wait(_LOOK_SECONDS)
                    continue
            if status == told:
                return
            told = status
            yield Response(status=status)

    def _wake(self):
        with self._changed:
            self._changed.notify_all()
