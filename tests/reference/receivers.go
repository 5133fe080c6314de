// SPDX-License-Identifier: Apache-2.0

package main

// The reference's own receivers, which listen on loopback:
//
//	in:  {"receiver": NAME, "signal": "traces", "settings": SETTINGS, "inputs": [INPUT, ...]}
//	out: {"refused": WHY} | {"not_started": WHY} | {"crashed": WHY} | {"answers": [{"out": [OTLP/JSON, ...], "status": N, "body": TEXT}, ...]}
//
// `ADDR1` to `ADDR9` in settings and inputs stand for free addresses of 127.0.0.1, `SOCKET` for the path of a socket. An INPUT has bytes in base64:
//
//	{"http": {"to": ADDR, "method", "path", "headers", "body"}}    the answer is its status
//	{"udp": {"to": ADDR, "from", "body"}, "quiet"}                 what comes until there has been nothing for so many milliseconds; also "stream", "unixgram"
//	{"grpc": {"to": ADDR, "path", "body"}}                         the status is gRPC's
//
// A receiver that asks targets finds "targets": {"at": ADDR, "answers": {PATH: [{"status", "headers", "body"}, ...]}}, and has one answer with all that
// came until each path was asked once more than it has answers; one without a status ends the connection early.

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/awsxrayreceiver"
	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/jaegerreceiver"
	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver"
	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/statsdreceiver"
	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/zipkinreceiver"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

var receivers = []receiver.Factory{awsxrayreceiver.NewFactory(), jaegerreceiver.NewFactory(), prometheusreceiver.NewFactory(), statsdreceiver.NewFactory(), zipkinreceiver.NewFactory()}

type request struct {
	To      string            `json:"to"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	From    string            `json:"from"` // UDP: senders with the same name are one
}

type input struct {
	HTTP *request `json:"http"`
	UDP  *request `json:"udp"`
	GRPC *request `json:"grpc"`
	// Bytes that arrive in one read on a connection, which stays open.
	Stream *request `json:"stream"`
	// A packet to the unix socket.
	Unixgram *request `json:"unixgram"`
	// UDP: what ends its answer, if not the case's own.
	Quiet *int `json:"quiet"`
}

type receiverCase struct {
	Receiver string          `json:"receiver"`
	Signal   string          `json:"signal"`
	Settings json.RawMessage `json:"settings"`
	Inputs   json.RawMessage `json:"inputs"`
	Quiet    int             `json:"quiet"` // milliseconds without anything that end a datagram's answer
	Targets  *targets        `json:"targets"`
	First    int             `json:"first"` // milliseconds that the first of it may take, if that is more
}

type targets struct {
	At      string                    `json:"at"`
	Answers map[string][]targetAnswer `json:"answers"`

	mutex sync.Mutex
	asked map[string]int
}

type targetAnswer struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    []byte            `json:"body"`
}

func (t *targets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.mutex.Lock()
	n, answers := t.asked[r.URL.Path], t.Answers[r.URL.Path]
	t.asked[r.URL.Path]++
	t.mutex.Unlock()
	if n >= len(answers) || answers[n].Status == 0 {
		w.Header().Set("Content-Length", "100") // one that ends before its answer begins is asked again
		_, _ = w.Write([]byte("a 1\n"))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	for k, v := range answers[n].Headers {
		w.Header().Set(k, v)
	}
	w.WriteHeader(answers[n].Status)
	_, _ = w.Write(answers[n].Body)
}

func (t *targets) done() bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for path, answers := range t.Answers {
		if t.asked[path] <= len(answers) {
			return false
		}
	}
	return true
}

type rawCodec struct{}

func (rawCodec) Name() string                    { return "proto" }
func (rawCodec) Marshal(v any) ([]byte, error)   { return v.([]byte), nil }
func (rawCodec) Unmarshal(b []byte, v any) error { *v.(*[]byte) = b; return nil }

func freeAddress(network string) string {
	if network == "udp" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		defer c.Close()
		return c.LocalAddr().String()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func receive(c receiverCase) (r result) {
	defer caught(&r)
	places := []string{}
	dir, err := os.MkdirTemp("", "judge")
	if err != nil {
		return result{NotStarted: err.Error()}
	}
	defer os.RemoveAll(dir)
	places = append(places, "SOCKET", filepath.Join(dir, "socket"))
	for i := 1; i < 10; i++ {
		network := "tcp"
		if i%2 == 0 {
			network = "udp"
		}
		places = append(places, fmt.Sprintf("ADDR%d", i), freeAddress(network))
	}
	replace := strings.NewReplacer(places...)
	var f receiver.Factory
	for _, x := range receivers {
		if x.Type().String() == c.Receiver {
			f = x
		}
	}
	if f == nil {
		return result{Refused: "no such receiver"}
	}
	config, err := configOf(f, []byte(replace.Replace(string(c.Settings))))
	if err != nil {
		return result{Refused: err.Error()}
	}
	ctx := context.Background()
	set := receiver.Settings{ID: component.NewID(f.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings(), BuildInfo: component.NewDefaultBuildInfo()}
	set.Logger = zap.NewNop()
	end := &sink{}
	var made component.Component
	switch c.Signal {
	case "metrics":
		made, err = f.CreateMetrics(ctx, set, config, end)
	case "logs":
		made, err = f.CreateLogs(ctx, set, config, end)
	default:
		made, err = f.CreateTraces(ctx, set, config, end)
	}
	if err != nil {
		return result{Refused: err.Error()}
	}
	if t := c.Targets; t != nil {
		t.asked = map[string]int{}
		listener, err := net.Listen("tcp", t.At)
		if err != nil {
			return result{NotStarted: err.Error()}
		}
		server := &http.Server{Handler: t, ErrorLog: log.New(io.Discard, "", 0)}
		go func() { _ = server.Serve(listener) }()
		defer func() { _ = server.Close() }()
	}
	if err := made.Start(ctx, componenttest.NewNopHost()); err != nil {
		return result{NotStarted: err.Error()}
	}
	defer func() { _ = made.Shutdown(ctx) }()
	if c.Targets != nil {
		for until := time.Now().Add(time.Minute); !c.Targets.done(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(until) {
				return result{NotStarted: "targets are not asked as often as they have answers"}
			}
		}
		return result{Answers: []answer{{Out: end.take()}}}
	}
	var inputs []input
	if err := json.Unmarshal([]byte(replace.Replace(string(c.Inputs))), &inputs); err != nil {
		return result{Refused: err.Error()}
	}
	senders := map[string]net.Conn{}
	defer func() { // before the receiver ends, which waits for them
		for _, c := range senders {
			_ = c.Close()
		}
	}()
	quiet := time.Duration(c.Quiet) * time.Millisecond
	for _, in := range inputs {
		end.take()
		var a answer
		switch {
		case in.HTTP != nil:
			a.Status, a.Body = post(*in.HTTP)
		case in.GRPC != nil:
			a.Status, a.Body = call(ctx, *in.GRPC)
		default:
			switch {
			case in.UDP != nil:
				send(senders, "udp", *in.UDP)
			case in.Stream != nil:
				send(senders, "tcp", *in.Stream)
				time.Sleep(5 * time.Millisecond)
			case in.Unixgram != nil:
				send(senders, "unixgram", *in.Unixgram)
			}
			quiet := quiet
			if in.Quiet != nil {
				quiet = time.Duration(*in.Quiet) * time.Millisecond
			}
			first := max(quiet, time.Duration(c.First)*time.Millisecond)
			for last, since := 0, time.Now(); time.Since(since) < quiet || (last == 0 && time.Since(since) < first); time.Sleep(time.Millisecond) {
				if n := end.count(); n != last {
					last, since = n, time.Now()
				}
			}
		}
		a.Out = end.take()
		r.Answers = append(r.Answers, a)
	}
	return r
}

func bodyOf(q request) []byte {
	b, err := base64.StdEncoding.DecodeString(q.Body)
	if err != nil {
		panic(err)
	}
	return b
}

func post(q request) (int, string) {
	if q.Method == "" {
		q.Method = "POST"
	}
	h, err := http.NewRequest(q.Method, "http://"+q.To+q.Path, bytes.NewReader(bodyOf(q)))
	if err != nil {
		return -1, err.Error()
	}
	for k, v := range q.Headers {
		h.Header.Set(k, v)
	}
	answered, err := http.DefaultClient.Do(h)
	if err != nil {
		return -1, err.Error()
	}
	defer answered.Body.Close()
	text, _ := io.ReadAll(answered.Body)
	return answered.StatusCode, string(text)
}

func send(senders map[string]net.Conn, network string, q request) {
	c := senders[q.From]
	if c == nil || q.From == "" {
		var err error
		if c, err = net.Dial(network, q.To); err != nil {
			panic(err)
		}
		senders[q.From] = c
	}
	_, _ = c.Write(bodyOf(q))
}

var channels = map[string]*grpc.ClientConn{}

func call(ctx context.Context, q request) (int, string) {
	c := channels[q.To]
	if c == nil {
		var err error
		if c, err = grpc.NewClient("passthrough:///"+q.To, grpc.WithTransportCredentials(insecure.NewCredentials())); err != nil {
			panic(err)
		}
		channels[q.To] = c
	}
	var out []byte
	err := c.Invoke(ctx, q.Path, bodyOf(q), &out, grpc.ForceCodec(rawCodec{}), grpc.WaitForReady(true))
	return int(status.Code(err)), fmt.Sprint(err)
}
