# SPDX-License-Identifier: Apache-2.0
"""usage: sdk_python.py NAME PROTOCOL COMPRESSION ENDPOINT COUNT"""
import logging
import sys

name, protocol, compression, endpoint, count = sys.argv[1:]
count = int(count)
if protocol == "grpc":
    from grpc import Compression
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    how = {"insecure": True, "compression": Compression.Gzip if compression == "gzip" else Compression.NoCompression}
    path = lambda signal: endpoint
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    how = {"compression": Compression.Gzip if compression == "gzip" else Compression.NoCompression}
    path = lambda signal: endpoint + "/v1/" + signal

from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

traces = TracerProvider()
traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=path("traces"), **how)))
tracer = traces.get_tracer(name)
for i in range(count):
    tracer.start_span(f"span {i}", attributes={"i": i}).end()
traces.shutdown()

metrics = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=path("metrics"), **how), export_interval_millis=1e9)])
gauge = metrics.get_meter(name).create_gauge("g")
for i in range(count):
    gauge.set(i, {"i": i})
metrics.shutdown()

logs = LoggerProvider()
logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(endpoint=path("logs"), **how)))
logger = logging.getLogger("sdk")
logger.addHandler(LoggingHandler(logger_provider=logs))
logger.setLevel(logging.INFO)
for i in range(count):
    logger.info("%s #%d", name, i)
logs.shutdown()
