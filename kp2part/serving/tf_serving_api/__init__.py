"""TensorFlow Serving's REST and gRPC API, imitated to the letter. Frozen.

Code in this room looks odd because it copies behavior, not because it needs
cleaning up: the six or nine digits of a float32, a message with a trailing
space, an int8 that wraps around, `NaN` in JSON, the first of two equal names
that wins. Clients depend on it, so a client that works here works in
production.

Frozen means: change nothing that a client can see. The 239 recorded requests
of `kp2part/conformance/vectors.jsonl`, with TensorFlow Serving's own responses,
hold the REST half; `tests/serving/tf_serving_api` holds the gRPC half. There
are four reasons to change this code:

* A new case, recorded from TensorFlow Serving, fails here.
* A new version of TensorFlow Serving behaves differently: record the cases
  again first, then change the code.
* The behavior stays the same: speed, names, comments.
* A request does harm. So far: JSON whose values would take more than 160 MiB of
  memory, and gRPC tensors of the dtypes resource and variant, are refused.

A deliberate difference belongs in docs/serving_differences.md, which a test
holds to the code. What is not imitation (which versions are loaded, who may
compute, the metrics, the page) belongs outside, in `kp2part/serving`. This room
imports none of that: `interfaces` states what it needs of the server.
"""
