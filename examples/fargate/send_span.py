# SPDX-License-Identifier: Apache-2.0
"""Sends what a small service would: a server span with a database call below it, over OTLP/HTTP.

usage: send_span.py ENDPOINT
"""
import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "orders", "service.version": "4.12.1"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(sys.argv[1] + "/v1/traces")))
tracer = provider.get_tracer("demo")
with tracer.start_as_current_span("GET /orders/{id}", kind=trace.SpanKind.SERVER) as span:
    span.set_attributes({"http.request.method": "GET", "url.full": "https://shop.example.com/orders/17", "http.response.status_code": 200})
    with tracer.start_as_current_span("SELECT orders", kind=trace.SpanKind.CLIENT) as query:
        query.set_attributes({"db.system": "postgresql", "db.name": "orders", "db.statement": "SELECT * FROM orders WHERE id = $1"})
provider.shutdown()
print("sent a trace of two spans", format(span.get_span_context().trace_id, "032x"))
