"""Writes the access log of the gRPC port.

What gRPC itself refuses before a method is called, such as a message that is
too large, does not get here.
"""

import functools
import time

import grpc

from kp2part.serving import access_log
from kp2part.serving import request_facts

_ID_KEY = access_log.ID_HEADER.lower()


class LogInterceptor(grpc.ServerInterceptor):
    """Logs each call once it has ended. It has to come first.

    Args:
        log: Where calls are logged.
    """

    def __init__(self, log: access_log.AccessLog):
        self._log = log

    def intercept_service(self, continuation, handler_call_details):
        """See `grpc.ServerInterceptor`."""
        handler = continuation(handler_call_details)
        if handler is None:
            handler = grpc.unary_unary_rpc_method_handler(_unknown)
        call = functools.partial(_Call, self._log, handler_call_details)
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(
                _logged(handler.unary_unary, call),
                handler.request_deserializer,
                handler.response_serializer,
            )
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(
                _logged_stream(handler.unary_stream, call),
                handler.request_deserializer,
                handler.response_serializer,
            )
        return handler  # We have no such methods.


def _unknown(message, context):
    del message
    context.abort(grpc.StatusCode.UNIMPLEMENTED, "Method not found!")


def _logged(respond, begin):
    def logging(message, context):
        with request_facts.collecting() as facts:
            call = begin(message, context)
            code, size = grpc.StatusCode.UNKNOWN, 0
            try:
                response = respond(message, context)
                code, size = grpc.StatusCode.OK, _size(response)
                return response
            finally:
                call.end(context.code() or code, size, facts)

    return logging


def _logged_stream(respond, begin):
    # gRPC learns from attributes that a stream needs no thread.
    @functools.wraps(respond)
    def logging(message, context, *send):
        call = begin(message, context)
        context.add_callback(
            lambda: call.end(context.code() or grpc.StatusCode.CANCELLED, 0, {})
        )
        return respond(message, context, *send)

    return logging


class _Call:
    def __init__(self, log, details, message, context):
        self._began = time.perf_counter()
        self._log = log
        given = dict(details.invocation_metadata).get(_ID_KEY, "")
        self._fields = {
            "id": access_log.request_id(given),
            "remote": context.peer(),
            "method": "GRPC",
            "path": access_log.shortened(details.method),
            "bytes_in": _size(message),
        }
        context.send_initial_metadata([(_ID_KEY, self._fields["id"])])

    def end(self, code, num_bytes, facts):
        self._log.write(
            **self._fields,
            status=code.name,
            bytes_out=num_bytes,
            ms=access_log.milliseconds(self._began),
            **facts,
        )


def _size(message):
    return len(message) if isinstance(message, bytes) else message.ByteSize()
