// SPDX-License-Identifier: Apache-2.0
// usage: sdk_node.js NAME PROTOCOL COMPRESSION ENDPOINT COUNT
const [name, protocol, compression, endpoint, count] = process.argv.slice(2);
const kind = { grpc: 'grpc', 'http/protobuf': 'proto', 'http/json': 'http' }[protocol];
const load = signal => require(`@opentelemetry/exporter-${signal}-otlp-${kind}`);
const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { MeterProvider, PeriodicExportingMetricReader } = require('@opentelemetry/sdk-metrics');
const { LoggerProvider, BatchLogRecordProcessor } = require('@opentelemetry/sdk-logs');

const options = signal => ({
  url: kind === 'grpc' ? endpoint : `${endpoint}/v1/${signal}`,
  compression: compression === 'gzip' ? 'gzip' : 'none',
});

async function main() {
  const n = Number(count);
  const traces = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(new (load('trace').OTLPTraceExporter)(options('traces')))] });
  const tracer = traces.getTracer(name);
  for (let i = 0; i < n; i++) tracer.startSpan(`span ${i}`, { attributes: { i } }).end();
  await traces.shutdown();

  const reader = new PeriodicExportingMetricReader({
    exporter: new (load('metrics').OTLPMetricExporter)(options('metrics')),
    exportIntervalMillis: 1e8, exportTimeoutMillis: 10000,
  });
  const metrics = new MeterProvider({ readers: [reader] });
  const gauge = metrics.getMeter(name).createGauge('g');
  for (let i = 0; i < n; i++) gauge.record(i, { i });
  await metrics.shutdown();

  const logs = new LoggerProvider({ processors: [new BatchLogRecordProcessor(new (load('logs').OTLPLogExporter)(options('logs')))] });
  const logger = logs.getLogger(name);
  for (let i = 0; i < n; i++) logger.emit({ body: `${name} #${i}`, severityNumber: 9 });
  await logs.shutdown();
}
main().catch(e => { console.error(e); process.exit(1); });
