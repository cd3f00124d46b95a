package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func testServer(t *testing.T, env map[string]string) *server {
	t.Helper()
	all := map[string]string{"HOSTNAME": "agent-1", "LATENCY": "0"}
	maps.Copy(all, env)
	source := rand.New(rand.NewPCG(1, 2))
	var mu sync.Mutex
	return newServer(mustConfig(t, all), func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return source.Float64()
	})
}

func get(s *server, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		target string
		env    map[string]string
		status int
		error  string
	}{
		{target: "/", status: 200},
		{target: "/api//v1/../agents?x=1", status: 200},
		{target: "/", env: map[string]string{"ERROR_RATE": "1"}, status: 500, error: "injected error"},
		{target: "/?sleep=1ms", status: 200},
		{target: "/?sleep=long", status: 400, error: `sleep="long": must be a duration from 0s to 30s such as 2s`},
		{target: "/?sleep=-1s", status: 400, error: `sleep="-1s": must be a duration from 0s to 30s such as 2s`},
		{target: "/health", env: map[string]string{"ERROR_RATE": "1", "NEVER_READY": "true"}, status: 200},
		{target: "/health/live", env: map[string]string{"NEVER_READY": "true"}, status: 200},
		{target: "/ready", status: 200},
		{target: "/health/ready", status: 200},
		{target: "/ready", env: map[string]string{"READY_AFTER": "1h"}, status: 503, error: "starting"},
		{target: "/health/ready", env: map[string]string{"NEVER_READY": "true"}, status: 503, error: "never ready, as NEVER_READY asks"},
	} {
		t.Run(fmt.Sprint(c.target, c.env), func(t *testing.T) {
			w := get(testServer(t, c.env), c.target)
			var got answer
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || strings.Count(w.Body.String(), "\n") != 1 {
				t.Fatalf("not one JSON line: %q", w.Body)
			}
			path, _, _ := strings.Cut(c.target, "?")
			if w.Code != c.status || got != (answer{"v1", "agent-1", path, c.error}) {
				t.Errorf("%d %+v", w.Code, got)
			}
			if w.Header().Get("x-served-by") != "v1" || w.Header().Get("x-pod") != "agent-1" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

func TestReadyAfter(t *testing.T) {
	s := testServer(t, map[string]string{"READY_AFTER": "1m"})
	if got := get(s, "/ready").Code; got != 503 {
		t.Errorf("at once: %d", got)
	}
	s.started = s.started.Add(-time.Minute)
	if got := get(s, "/ready").Code; got != 200 {
		t.Errorf("a minute later: %d", got)
	}
}

func TestOnlyWorkIsCounted(t *testing.T) {
	s := testServer(t, map[string]string{"ERROR_RATE": "1"})
	for _, path := range []string{"/health", "/ready", "/health/live", "/health/ready", "/metrics", "/", "/other"} {
		get(s, path)
	}
	w := get(s, "/metrics")
	samples, _, _ := parseMetrics(t, w.Body.String())
	if got := samples[`agent_requests_total{version="v1",status="error"}`]; got != 2 {
		t.Errorf("%v requests counted", got)
	}
	if w.Header().Get("x-served-by") != "v1" || w.Header().Get("Content-Type") != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("headers %v", w.Header())
	}
}

func TestErrorRate(t *testing.T) {
	const requests, rate = 10_000, 0.05
	s := testServer(t, map[string]string{"ERROR_RATE": "5%"})
	errors := 0
	for range requests {
		if get(s, "/").Code == 500 {
			errors++
		}
	}
	// Four standard deviations of a binomial.
	if off := math.Abs(float64(errors) - requests*rate); off > 4*math.Sqrt(requests*rate*(1-rate)) {
		t.Errorf("%d errors in %d requests", errors, requests)
	}
	samples, _, _ := parseMetrics(t, get(s, "/metrics").Body.String())
	if got := samples[`agent_requests_total{version="v1",status="error"}`]; got != float64(errors) {
		t.Errorf("%v errors in the metrics, %d answered", got, errors)
	}
}

func TestPause(t *testing.T) {
	const requests = 10_000
	s := testServer(t, map[string]string{"LATENCY": "100ms", "SLOW_RATE": "10%", "SLOW_LATENCY": "3s"})
	slow, sum := 0, time.Duration(0)
	for range requests {
		switch d, _ := s.pause(httptest.NewRequest(http.MethodGet, "/", nil)); {
		case d == 3*time.Second:
			slow++
		case d < 50*time.Millisecond || d > 150*time.Millisecond:
			t.Fatalf("pause of %s", d)
		default:
			sum += d
		}
	}
	if slow < 880 || slow > 1120 {
		t.Errorf("%d of %d slow", slow, requests)
	}
	if mean := sum / time.Duration(requests-slow); mean < 98*time.Millisecond || mean > 102*time.Millisecond {
		t.Errorf("mean %s", mean)
	}
	if d, _ := s.pause(httptest.NewRequest(http.MethodGet, "/?sleep=10m", nil)); d != maxWork {
		t.Errorf("sleep not bounded: %s", d)
	}
}

func TestClientGoneIsNoError(t *testing.T) {
	s := testServer(t, map[string]string{"ERROR_RATE": "1"})
	ctx, hangUp := context.WithCancel(context.Background())
	hangUp()
	if status, _ := s.work(httptest.NewRequest(http.MethodGet, "/?sleep=30s", nil).WithContext(ctx)); status != statusClientGone {
		t.Errorf("status %d", status)
	}
}
