// SPDX-License-Identifier: Apache-2.0

// usage: sdk_go NAME PROTOCOL COMPRESSION ENDPOINT COUNT
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	name, protocol, compression := os.Args[1], os.Args[2], os.Args[3]
	host := strings.TrimPrefix(os.Args[4], "http://")
	count, err := strconv.Atoi(os.Args[5])
	check(err)
	ctx := context.Background()

	var spans sdktrace.SpanExporter
	var points sdkmetric.Exporter
	var logs sdklog.Exporter
	if protocol == "grpc" {
		to := []otlptracegrpc.Option{otlptracegrpc.WithEndpoint(host), otlptracegrpc.WithInsecure()}
		mo := []otlpmetricgrpc.Option{otlpmetricgrpc.WithEndpoint(host), otlpmetricgrpc.WithInsecure()}
		lo := []otlploggrpc.Option{otlploggrpc.WithEndpoint(host), otlploggrpc.WithInsecure()}
		if compression == "gzip" {
			to = append(to, otlptracegrpc.WithCompressor("gzip"))
			mo = append(mo, otlpmetricgrpc.WithCompressor("gzip"))
			lo = append(lo, otlploggrpc.WithCompressor("gzip"))
		}
		spans, err = otlptracegrpc.New(ctx, to...)
		check(err)
		points, err = otlpmetricgrpc.New(ctx, mo...)
		check(err)
		logs, err = otlploggrpc.New(ctx, lo...)
		check(err)
	} else {
		to := []otlptracehttp.Option{otlptracehttp.WithEndpoint(host), otlptracehttp.WithInsecure()}
		mo := []otlpmetrichttp.Option{otlpmetrichttp.WithEndpoint(host), otlpmetrichttp.WithInsecure()}
		lo := []otlploghttp.Option{otlploghttp.WithEndpoint(host), otlploghttp.WithInsecure()}
		if compression == "gzip" {
			to = append(to, otlptracehttp.WithCompression(otlptracehttp.GzipCompression))
			mo = append(mo, otlpmetrichttp.WithCompression(otlpmetrichttp.GzipCompression))
			lo = append(lo, otlploghttp.WithCompression(otlploghttp.GzipCompression))
		}
		spans, err = otlptracehttp.New(ctx, to...)
		check(err)
		points, err = otlpmetrichttp.New(ctx, mo...)
		check(err)
		logs, err = otlploghttp.New(ctx, lo...)
		check(err)
	}

	traces := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans))
	tracer := traces.Tracer(name)
	for i := 0; i < count; i++ {
		_, span := tracer.Start(ctx, fmt.Sprintf("span %d", i))
		span.SetAttributes(attribute.Int("i", i))
		span.End()
	}
	check(traces.Shutdown(ctx))

	metrics := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(points)))
	gauge, err := metrics.Meter(name).Int64Gauge("g")
	check(err)
	for i := 0; i < count; i++ {
		gauge.Record(ctx, int64(i), metric.WithAttributes(attribute.Int("i", i)))
	}
	check(metrics.Shutdown(ctx))

	provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(logs)))
	logger := provider.Logger(name)
	for i := 0; i < count; i++ {
		var record log.Record
		record.SetBody(log.StringValue(fmt.Sprintf("%s #%d", name, i)))
		logger.Emit(ctx, record)
	}
	check(provider.Shutdown(ctx))
}
