"""An HTTP server on top of waitress's internals. Frozen.

waitress is a small WSGI server without limits on slow clients or on the queue.
Its public settings cannot add them, so `http_server` subclasses what waitress
does not document: its channel, its server, its error task and its dispatcher,
as they are in waitress 3.0. `tests/serving/waitress_server` and
`tests/serving/attack_test.py` hold the behavior.

Change it when a new waitress breaks these tests, or for a limit that another
attack shows to be missing: it reads on while a request computes, to notice a
client that hangs up. Numbers belong in `kp2part/serving/limits.py`, and
anything about models or pages in `kp2part/serving`.
"""
