"""Stands between gRPC and the services: what no service can see to.

A message that cannot be parsed costs memory for good if gRPC parses it, and so
it is parsed here. See `client_watch` for the client.
"""

import google.protobuf.message
import grpc

from kp2part.serving import client_watch


class Guard(grpc.ServerInterceptor):
    """Parses messages, and watches clients, for services of any kind."""

    def intercept_service(self, continuation, handler_call_details):
        """See `grpc.ServerInterceptor`."""
        handler = continuation(handler_call_details)
        if handler is None or not handler.unary_unary:
            return handler
        return grpc.unary_unary_rpc_method_handler(
            _guarded(handler.unary_unary, handler.request_deserializer),
            request_deserializer=None,
            response_serializer=handler.response_serializer,
        )


def _guarded(respond, parse):
    def guarded(message, context):
        try:
            request = parse(message)
        except google.protobuf.message.DecodeError:
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"The message of {len(message)} bytes is not a request of this "
                "method.",
            )
        with client_watch.watching(lambda: not context.is_active()):
            return respond(request, context)

    return guarded
