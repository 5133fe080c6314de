// SPDX-License-Identifier: Apache-2.0

// The reference's own processors as a judge: a case a line in, what they did a line out.
//
//	in:  {"signal": "traces", "processors": [{"filter": SETTINGS}, ...], "requests": [OTLP/JSON, ...]}
//	out: {"refused": WHY}                  the settings are refused, or a processor is not created
//	     {"not_started": WHY}
//	     {"answers": [{"out": [OTLP/JSON, ...], "error": WHY}, ...]}   one for each request
//	     {"crashed": WHY}                  a panic
//
// Each case has processors of its own. With the argument `signatures`: the standard functions and their arguments. With `clocked`: cases with a clock
// of their own (processors.go).
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/countconnector"
	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/routingconnector"
	"github.com/open-telemetry/opentelemetry-collector-contrib/connector/spanmetricsconnector"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/attributesprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/cumulativetodeltaprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/deltatorateprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/filterprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/groupbyattrsprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/groupbytraceprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/intervalprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/logdedupprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/metricsgenerationprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/metricstransformprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/probabilisticsamplerprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/redactionprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/resourceprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/spanprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor"
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/transformprocessor"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/xconfmap"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pipeline"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"
)

var factories = []processor.Factory{
	attributesprocessor.NewFactory(),
	cumulativetodeltaprocessor.NewFactory(),
	deltatorateprocessor.NewFactory(),
	filterprocessor.NewFactory(),
	groupbyattrsprocessor.NewFactory(),
	groupbytraceprocessor.NewFactory(),
	intervalprocessor.NewFactory(),
	logdedupprocessor.NewFactory(),
	metricsgenerationprocessor.NewFactory(),
	metricstransformprocessor.NewFactory(),
	probabilisticsamplerprocessor.NewFactory(),
	redactionprocessor.NewFactory(),
	resourceprocessor.NewFactory(),
	spanprocessor.NewFactory(),
	tailsamplingprocessor.NewFactory(),
	transformprocessor.NewFactory(),
}

// That of spanmetrics is a version earlier, in which nothing differs; those of count and routing are a version later, built with what is of 0.156.
var connectors = []connector.Factory{countconnector.NewFactory(), routingconnector.NewFactory(), spanmetricsconnector.NewFactory()}

type oneCase struct {
	Processors []map[string]json.RawMessage `json:"processors"`
	Requests   []json.RawMessage            `json:"requests"`
	Steps      []step                       `json:"steps"`
	receiverCase
	exporterCase
}

const neverEnds = "never ends"

type answer struct {
	Out    []json.RawMessage `json:"out"`
	Error  string            `json:"error,omitempty"`
	Status int               `json:"status,omitempty"`
	Body   string            `json:"body,omitempty"`
	Calls  []outgoing        `json:"calls,omitempty"`
}

type result struct {
	Refused    string   `json:"refused,omitempty"`
	NotStarted string   `json:"not_started,omitempty"`
	Crashed    string   `json:"crashed,omitempty"`
	Answers    []answer `json:"answers,omitempty"`
}

// Makes a panic the answer of the function that defers it.
func caught(r *result) {
	if p := recover(); p != nil {
		*r = result{Crashed: fmt.Sprint(p)}
	}
}

func named(f component.Factory, name string) bool {
	return strings.ReplaceAll(f.Type().String(), "_", "") == strings.ReplaceAll(name, "_", "")
}

func factoryNamed(name string) processor.Factory {
	for _, f := range factories {
		if named(f, name) {
			return f
		}
	}
	return nil
}

// The end of a chain: what arrives, as OTLP/JSON.
type sink struct {
	mutex sync.Mutex
	out   []json.RawMessage
}

func (s *sink) count() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.out)
}

// What has arrived, which is forgotten.
func (s *sink) take() []json.RawMessage {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	out := s.out
	s.out = nil
	return out
}

func (s *sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }
func (s *sink) add(b []byte, err error) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.out = append(s.out, b)
	return err
}
func (s *sink) ConsumeTraces(_ context.Context, d ptrace.Traces) error {
	return s.add((&ptrace.JSONMarshaler{}).MarshalTraces(d))
}
func (s *sink) ConsumeLogs(_ context.Context, d plog.Logs) error {
	return s.add((&plog.JSONMarshaler{}).MarshalLogs(d))
}
func (s *sink) ConsumeMetrics(_ context.Context, d pmetric.Metrics) error {
	return s.add((&pmetric.JSONMarshaler{}).MarshalMetrics(d))
}

// Requests as they are when they came as protobuf: JSON leaves empty bytes out.
func traces(request []byte) (ptrace.Traces, error) {
	d, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(request)
	if err != nil {
		return d, err
	}
	bytes, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(d)
	if err != nil {
		return d, err
	}
	return (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(bytes)
}

func metrics(request []byte) (pmetric.Metrics, error) {
	d, err := (&pmetric.JSONUnmarshaler{}).UnmarshalMetrics(request)
	if err != nil {
		return d, err
	}
	bytes, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(d)
	if err != nil {
		return d, err
	}
	return (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(bytes)
}

func logs(request []byte) (plog.Logs, error) {
	d, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(request)
	if err != nil {
		return d, err
	}
	bytes, err := (&plog.ProtoMarshaler{}).MarshalLogs(d)
	if err != nil {
		return d, err
	}
	return (&plog.ProtoUnmarshaler{}).UnmarshalLogs(bytes)
}

// A component's settings as the Collector reads and checks them.
func configOf(f component.Factory, yaml []byte) (component.Config, error) {
	config := f.CreateDefaultConfig()
	read, err := confmap.NewRetrievedFromYAML(yaml)
	if err != nil {
		return nil, err
	}
	given, err := read.AsConf()
	if err != nil {
		return nil, err
	}
	if err := given.Unmarshal(config); err != nil {
		return nil, err
	}
	return config, xconfmap.Validate(config)
}

// The processors of a case, from the last to the first, and what the first consumes.
func chain(ctx context.Context, c oneCase, end *sink) (components []component.Component, next any, r result) {
	next = end
	for i := len(c.Processors) - 1; i >= 0; i-- {
		for name, settings := range c.Processors[i] {
			if made, err := connected(ctx, c.Signal, name, settings, end); err != nil {
				return nil, nil, result{Refused: err.Error()}
			} else if made != nil {
				components = append(components, made)
				next = made
				continue
			}
			f := factoryNamed(name)
			if f == nil {
				return nil, nil, result{Refused: "no such processor"}
			}
			config, err := configOf(f, settings)
			if err != nil {
				return nil, nil, result{Refused: err.Error()}
			}
			set := processor.Settings{ID: component.NewIDWithName(f.Type(), fmt.Sprint(i)), TelemetrySettings: componenttest.NewNopTelemetrySettings(),
				BuildInfo: component.NewDefaultBuildInfo()}
			set.Logger = zap.NewNop()
			var made component.Component
			switch c.Signal {
			case "traces":
				made, err = f.CreateTraces(ctx, set, config, next.(consumer.Traces))
			case "metrics":
				made, err = f.CreateMetrics(ctx, set, config, next.(consumer.Metrics))
			default:
				made, err = f.CreateLogs(ctx, set, config, next.(consumer.Logs))
			}
			if err != nil {
				return nil, nil, result{Refused: err.Error()}
			}
			components = append(components, made)
			next = made
		}
	}
	return components, next, result{}
}

// The connector of that name, or nil.
func connected(ctx context.Context, signal, name string, settings []byte, end *sink) (component.Component, error) {
	for _, f := range connectors {
		if !named(f, name) {
			continue
		}
		config, err := configOf(f, settings)
		if err != nil {
			return nil, err
		}
		set := connector.Settings{ID: component.NewID(f.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings(), BuildInfo: component.NewDefaultBuildInfo()}
		set.Logger = zap.NewNop()
		if f.TracesToTracesStability() != component.StabilityLevelUndefined {
			return sorted(ctx, f, set, config, signal, end)
		}
		switch signal {
		case "traces":
			return f.CreateTracesToMetrics(ctx, set, config, end)
		case "metrics":
			return f.CreateMetricsToMetrics(ctx, set, config, end)
		default:
			return f.CreateLogsToMetrics(ctx, set, config, end)
		}
	}
	return nil, nil
}

// A connector that hands on to the pipelines `a` to `d` of its signal. What arrives says in `routed.to` of its resources which one it came by.
func sorted(ctx context.Context, f connector.Factory, set connector.Settings, config component.Config, signal string, end *sink) (component.Component, error) {
	toTraces, toMetrics, toLogs := map[pipeline.ID]consumer.Traces{}, map[pipeline.ID]consumer.Metrics{}, map[pipeline.ID]consumer.Logs{}
	for _, name := range []string{"a", "b", "c", "d"} {
		to := marking{sink: end, to: name}
		toTraces[pipeline.NewIDWithName(pipeline.SignalTraces, name)] = to
		toMetrics[pipeline.NewIDWithName(pipeline.SignalMetrics, name)] = to
		toLogs[pipeline.NewIDWithName(pipeline.SignalLogs, name)] = to
	}
	switch signal {
	case "traces":
		return f.CreateTracesToTraces(ctx, set, config, connector.NewTracesRouter(toTraces))
	case "metrics":
		return f.CreateMetricsToMetrics(ctx, set, config, connector.NewMetricsRouter(toMetrics))
	default:
		return f.CreateLogsToLogs(ctx, set, config, connector.NewLogsRouter(toLogs))
	}
}

type marking struct {
	*sink
	to string
}

func (m marking) mark(r pcommon.Resource) { r.Attributes().PutStr("routed.to", m.to) }
func (m marking) ConsumeTraces(ctx context.Context, d ptrace.Traces) error {
	for _, r := range d.ResourceSpans().All() {
		m.mark(r.Resource())
	}
	return m.sink.ConsumeTraces(ctx, d)
}
func (m marking) ConsumeLogs(ctx context.Context, d plog.Logs) error {
	for _, r := range d.ResourceLogs().All() {
		m.mark(r.Resource())
	}
	return m.sink.ConsumeLogs(ctx, d)
}
func (m marking) ConsumeMetrics(ctx context.Context, d pmetric.Metrics) error {
	for _, r := range d.ResourceMetrics().All() {
		m.mark(r.Resource())
	}
	return m.sink.ConsumeMetrics(ctx, d)
}

func consume(ctx context.Context, signal string, next any, request []byte) error {
	switch signal {
	case "traces":
		d, err := traces(request)
		if err != nil {
			return err
		}
		return next.(consumer.Traces).ConsumeTraces(ctx, d)
	case "metrics":
		d, err := metrics(request)
		if err != nil {
			return err
		}
		return next.(consumer.Metrics).ConsumeMetrics(ctx, d)
	default:
		d, err := logs(request)
		if err != nil {
			return err
		}
		return next.(consumer.Logs).ConsumeLogs(ctx, d)
	}
}

func run(c oneCase) (r result) {
	defer caught(&r)
	ctx := context.Background()
	end := &sink{}
	components, next, refused := chain(ctx, c, end)
	if refused.Refused != "" {
		return refused
	}
	for _, made := range components {
		if err := made.Start(ctx, componenttest.NewNopHost()); err != nil {
			return result{NotStarted: err.Error()}
		}
	}
	defer func() {
		for i := len(components) - 1; i >= 0; i-- {
			_ = components[i].Shutdown(ctx)
		}
	}()
	for _, request := range c.Requests {
		end.take()
		err := consume(ctx, c.Signal, next, request)
		a := answer{Out: end.take()}
		if err != nil {
			a.Error = err.Error()
		}
		r.Answers = append(r.Answers, a)
	}
	return r
}

// A case may never end (a metric that copies itself, and its copies): it is given up, and the process with it.
func bounded(c oneCase) result {
	bound := 20 * time.Second
	if c.Receiver != "" {
		bound = 10 * time.Minute
	}
	done := make(chan result, 1)
	go func() {
		if c.Exporter != "" {
			done <- export(c)
		} else if c.Receiver != "" {
			done <- receive(c.receiverCase)
		} else {
			done <- run(c)
		}
	}()
	select {
	case r := <-done:
		return r
	case <-time.After(bound):
		return result{Crashed: neverEnds}
	}
}

// Answers each case of standard input.
func answerAll(of func(oneCase) result) {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			var c oneCase
			if e := json.Unmarshal(line, &c); e != nil {
				write(result{Crashed: "the case cannot be read: " + e.Error()})
			} else if !write(of(c)) {
				os.Exit(3)
			}
		}
		if err != nil {
			return
		}
	}
}

// False: the case never ends, so this process has to.
func write(r result) bool {
	line, err := json.Marshal(r)
	if err != nil {
		line, _ = json.Marshal(result{Crashed: err.Error()})
	}
	_, _ = os.Stdout.Write(append(line, '\n'))
	return r.Crashed != neverEnds
}

func main() {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "signatures":
		printSignatures()
	case len(os.Args) > 1 && os.Args[1] == "clocked":
		clocked()
	default:
		answerAll(bounded)
	}
}
