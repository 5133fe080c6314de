// SPDX-License-Identifier: Apache-2.0

package main

// The reference's own exporters, whose backend listens on loopback:
//
//	in:  {"exporter": NAME, "signal": "metrics", "settings": SETTINGS, "requests": [OTLP/JSON, ...]}
//	out: {"refused": WHY} | {"not_started": WHY} | {"crashed": WHY} | {"answers": [{"calls": [{"call": OPERATION, "body": ...}, ...], "body": EXPOSITION, "error": WHY}, ...]}
//
// `BACKEND` in settings stands for the backend's host and port, `LISTEN` for a free address. Bodies are decoded. What listens itself is scraped after each request.

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/golang/snappy"
	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/awscloudwatchlogsexporter"
	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/awsemfexporter"
	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/awsxrayexporter"
	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusexporter"
	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/prometheusremotewriteexporter"
	"github.com/prometheus/prometheus/prompb"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/exporter"
	"go.uber.org/zap"
)

var exporters = []exporter.Factory{awscloudwatchlogsexporter.NewFactory(), awsemfexporter.NewFactory(), awsxrayexporter.NewFactory(),
	prometheusexporter.NewFactory(), prometheusremotewriteexporter.NewFactory()}

type exporterCase struct {
	Exporter string `json:"exporter"`
}

type outgoing struct {
	Call string `json:"call"`
	Body any    `json:"body"`
}

// What AWS and a remote write endpoint would answer; it keeps what it got.
type backend struct {
	mutex sync.Mutex
	calls []outgoing
}

func (b *backend) take() []outgoing {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	out := b.calls
	b.calls = nil
	return out
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	o := outgoing{Call: r.URL.Path}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		o.Call = target[strings.LastIndexByte(target, '.')+1:]
	}
	if r.Header.Get("Content-Encoding") == "snappy" {
		o.Body = remoteWrite(text)
	} else if err := json.Unmarshal(text, &o.Body); err != nil {
		o.Body = string(text)
	}
	b.mutex.Lock()
	b.calls = append(b.calls, o)
	b.mutex.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_, _ = w.Write([]byte(`{"nextSequenceToken": "1"}`)) // without a token the reference sends its events again
}

func number(v float64) any {
	switch {
	case math.Float64bits(v) == 0x7ff0000000000002:
		return "STALE"
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "+Inf"
	case math.IsInf(v, -1):
		return "-Inf"
	}
	return v
}

func labelsOf(of []prompb.Label) map[string]string {
	out := map[string]string{}
	for _, l := range of {
		if _, twice := out[l.Name]; twice {
			out[l.Name+" again"] = l.Value
		} else {
			out[l.Name] = l.Value
		}
	}
	return out
}

func spansOf(of []prompb.BucketSpan) []any {
	out := []any{}
	for _, s := range of {
		out = append(out, map[string]any{"offset": s.Offset, "length": s.Length})
	}
	return out
}

func remoteWrite(body []byte) any {
	plain, err := snappy.Decode(nil, body)
	if err != nil {
		return err.Error()
	}
	var q prompb.WriteRequest
	if err := q.Unmarshal(plain); err != nil {
		return err.Error()
	}
	series, metadata := []any{}, []any{}
	for _, t := range q.Timeseries {
		samples, exemplars, histograms := []any{}, []any{}, []any{}
		for _, s := range t.Samples {
			samples = append(samples, map[string]any{"value": number(s.Value), "timestamp": s.Timestamp})
		}
		for _, e := range t.Exemplars {
			exemplars = append(exemplars, map[string]any{"labels": labelsOf(e.Labels), "value": number(e.Value), "timestamp": e.Timestamp})
		}
		for _, h := range t.Histograms {
			one := map[string]any{"sum": number(h.Sum), "schema": h.Schema, "zero_threshold": number(h.ZeroThreshold), "timestamp": h.Timestamp,
				"reset_hint": h.ResetHint.String(), "positive_spans": spansOf(h.PositiveSpans), "positive_deltas": h.PositiveDeltas,
				"negative_spans": spansOf(h.NegativeSpans), "negative_deltas": h.NegativeDeltas, "custom_values": h.CustomValues}
			if c, ok := h.Count.(*prompb.Histogram_CountInt); ok {
				if one["count"] = c.CountInt; c.CountInt == 0x7ff0000000000002 { // the marker's bits
					one["count"] = "STALE"
				}
			}
			if c, ok := h.ZeroCount.(*prompb.Histogram_ZeroCountInt); ok {
				one["zero_count"] = c.ZeroCountInt
			}
			histograms = append(histograms, one)
		}
		series = append(series, map[string]any{"labels": labelsOf(t.Labels), "samples": samples, "exemplars": exemplars, "histograms": histograms})
	}
	for _, m := range q.Metadata {
		metadata = append(metadata, map[string]any{"type": m.Type.String(), "metric_family_name": m.MetricFamilyName, "help": m.Help, "unit": m.Unit})
	}
	return map[string]any{"timeseries": series, "metadata": metadata}
}

func scrape(address string) string {
	for i := 0; ; i++ {
		answered, err := http.Get("http://" + address + "/metrics")
		if err != nil {
			if i == 50 {
				return err.Error()
			}
			time.Sleep(10 * time.Millisecond)
			continue
		}
		defer answered.Body.Close()
		text, _ := io.ReadAll(answered.Body)
		return string(text)
	}
}

func export(c oneCase) (r result) {
	defer caught(&r)
	for k, v := range map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"} {
		_ = os.Setenv(k, v)
	}
	var f exporter.Factory
	for _, x := range exporters {
		if strings.ReplaceAll(x.Type().String(), "_", "") == c.Exporter {
			f = x
		}
	}
	if f == nil {
		return result{Refused: "no such exporter"}
	}
	end := &backend{}
	server := httptest.NewServer(end)
	defer server.Close()
	listen := freeAddress("tcp")
	config, err := configOf(f, []byte(strings.NewReplacer("BACKEND", strings.TrimPrefix(server.URL, "http://"), "LISTEN", listen).Replace(string(c.Settings))))
	if err != nil {
		return result{Refused: err.Error()}
	}
	ctx := context.Background()
	set := exporter.Settings{ID: component.NewID(f.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings(), BuildInfo: component.NewDefaultBuildInfo()}
	set.Logger = zap.NewNop()
	var made component.Component
	var consume func(request []byte) error
	switch c.Signal {
	case "metrics":
		e, err := f.CreateMetrics(ctx, set, config)
		if err != nil {
			return result{Refused: err.Error()}
		}
		made, consume = e, func(request []byte) error {
			d, err := metrics(request)
			if err != nil {
				return err
			}
			return e.ConsumeMetrics(ctx, d)
		}
	case "logs":
		e, err := f.CreateLogs(ctx, set, config)
		if err != nil {
			return result{Refused: err.Error()}
		}
		made, consume = e, func(request []byte) error {
			d, err := logs(request)
			if err != nil {
				return err
			}
			return e.ConsumeLogs(ctx, d)
		}
	default:
		e, err := f.CreateTraces(ctx, set, config)
		if err != nil {
			return result{Refused: err.Error()}
		}
		made, consume = e, func(request []byte) error {
			d, err := traces(request)
			if err != nil {
				return err
			}
			return e.ConsumeTraces(ctx, d)
		}
	}
	if err := made.Start(ctx, componenttest.NewNopHost()); err != nil {
		return result{NotStarted: err.Error()}
	}
	defer func() { _ = made.Shutdown(ctx) }()
	for _, request := range c.Requests {
		a := answer{}
		if err := consume(request); err != nil {
			a.Error = err.Error()
		}
		a.Calls = end.take()
		if strings.Contains(string(c.Settings), "LISTEN") {
			a.Body = scrape(listen)
		}
		r.Answers = append(r.Answers, a)
	}
	return r
}
