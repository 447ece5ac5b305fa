"""How much of the server clients may take, over HTTP and over gRPC."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Limits:
    """How much of the server clients may take.

    Attributes:
        max_body_bytes: Size of a request's body, as sent.
        max_header_bytes: Size of all headers of a request together.
        max_connections: Open connections; further ones wait until one closes.
        num_threads: Requests that are computed at the same time, apart from
            large ones, of which there is one.
        max_large: Large requests that are computed or wait, each in a thread;
            further ones get a 503.
        max_queue: Requests that wait for a thread; further ones get a 503.
        idle_seconds: A connection without traffic for this long is cut.
        request_seconds: The time in which a request has to arrive.
    """

    max_body_bytes: int = 32 << 20
    max_header_bytes: int = 64 << 10
    max_connections: int = 2000
    num_threads: int = 8
    max_large: int = 32
    max_queue: int = 1000
    idle_seconds: int = 10
    request_seconds: int = 30

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value < 1:
                raise ValueError(
                    f"`{field.name}` must be at least 1. Received: {value}"
                )
