// SPDX-License-Identifier: Apache-2.0

package main

// Processors that keep something, under a clock that moves when they are told to wait:
//
//	in:  {"signal": "traces", "processors": [{"tail_sampling": SETTINGS}], "steps": [{"request": OTLP/JSON} | {"wait": SECONDS}, ...]}
//	out: as of main.go, an answer for each step, and one for the end, where components shut down
//
// The clock is that of a bubble of testing/synctest: it begins at 2000-01-01 and goes on when nothing is left to do, so a case takes no time and its
// timers have an order.

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
)

type step struct {
	Request json.RawMessage `json:"request"`
	Wait    float64         `json:"wait"`
}

func clocked() {
	os.Args = os.Args[:1]
	everything := func(string, string) (bool, error) { return true, nil }
	testing.Main(everything, []testing.InternalTest{{Name: "cases", F: func(t *testing.T) {
		answerAll(func(c oneCase) (r result) {
			bound := time.AfterFunc(60*time.Second, func() {
				write(result{Crashed: neverEnds})
				os.Exit(3)
			})
			defer bound.Stop()
			synctest.Test(t, func(*testing.T) { r = play(c) })
			return r
		})
	}}}, nil, nil)
}

func play(c oneCase) (r result) {
	defer caught(&r)
	ctx := context.Background()
	end := &sink{}
	components, next, refused := chain(ctx, c, end)
	if refused.Refused != "" {
		return refused
	}
	started := len(components)
	stop := func() {
		for started > 0 {
			started--
			_ = components[started].Shutdown(ctx)
		}
		synctest.Wait()
	}
	defer func() { // what panicked may do so again; the bubble needs an end of all goroutines
		defer func() { _ = recover() }()
		stop()
	}()
	for _, made := range components {
		if err := made.Start(ctx, componenttest.NewNopHost()); err != nil {
			return result{NotStarted: err.Error()}
		}
	}
	for _, s := range c.Steps {
		var a answer
		if s.Request == nil {
			time.Sleep(time.Duration(s.Wait * float64(time.Second)))
		} else if err := consume(ctx, c.Signal, next, s.Request); err != nil {
			a.Error = err.Error()
		}
		synctest.Wait()
		a.Out = end.take()
		r.Answers = append(r.Answers, a)
	}
	stop()
	r.Answers = append(r.Answers, answer{Out: end.take()})
	return r
}
