package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// statusClientGone is nginx's code for a caller that hung up: neither a success nor the service's error.
const statusClientGone = 499

var errCrash = errors.New("crashed as CRASH_AFTER asks")

type server struct {
	config   config
	metrics  *metrics
	chance   func() float64 // uniform in [0, 1), safe for concurrent use
	started  time.Time
	draining atomic.Bool
}

type answer struct {
	Version string `json:"version"`
	Pod     string `json:"pod"`
	Path    string `json:"path"`
	Error   string `json:"error,omitempty"`
}

func newServer(c config, chance func() float64) *server {
	return &server{config: c, metrics: newMetrics(c), chance: chance, started: time.Now()}
}

// run serves until ctx ends and every request in flight has its answer.
func (s *server) run(ctx context.Context, listener net.Listener) error {
	// No IdleTimeout: a service that closes an idle connection just as the gateway reuses it
	// fails a request, so closing is left to the gateway.
	httpServer := &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- httpServer.Serve(listener) }()
	slog.Info("listening", "address", listener.Addr().String())

	select {
	case err := <-served:
		return err
	case <-s.crash():
		return errCrash
	case <-ctx.Done():
	}

	// SetKeepAlivesEnabled(false) would close idle connections now, while gateways still send on them;
	// answer() closes each after its next answer instead.
	s.draining.Store(true)
	slog.Info("draining", "drain", s.config.drain.String())
	time.Sleep(s.config.drain)

	limit, cancel := context.WithTimeout(context.Background(), s.config.shutdownTimeout)
	defer cancel()
	if err := httpServer.Shutdown(limit); err != nil {
		return errors.Join(fmt.Errorf("requests still in flight after SHUTDOWN_TIMEOUT=%s: %w", s.config.shutdownTimeout, err), httpServer.Close())
	}
	return nil
}

func (s *server) crash() <-chan time.Time {
	if s.config.crashAfter == 0 {
		return nil
	}
	return time.After(time.Until(s.started.Add(s.config.crashAfter)))
}

// ServeHTTP is no ServeMux, which would redirect unclean paths instead of doing the work.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/health", "/health/live":
		s.answer(w, r, http.StatusOK, "")
	case "/ready", "/health/ready":
		if reason := s.notReady(); reason != "" {
			s.answer(w, r, http.StatusServiceUnavailable, reason)
			return
		}
		s.answer(w, r, http.StatusOK, "")
	case "/metrics":
		s.write(w, http.StatusOK, "text/plain; version=0.0.4; charset=utf-8", s.metrics.text())
	default:
		begin := time.Now()
		status, problem := s.work(r)
		// Counted before it is sent, so that whoever has the answer also finds it in /metrics.
		s.metrics.observe(r.Method, status, time.Since(begin))
		s.answer(w, r, status, problem)
	}
}

func (s *server) notReady() string {
	switch {
	case s.draining.Load():
		return "draining"
	case s.config.neverReady:
		return "never ready, as NEVER_READY asks"
	case time.Since(s.started) < s.config.readyAfter:
		return "starting"
	default:
		return ""
	}
}

func (s *server) work(r *http.Request) (status int, problem string) {
	pause, err := s.pause(r)
	if err != nil {
		return http.StatusBadRequest, err.Error()
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
		return statusClientGone, "client gone"
	}
	if s.chance() < s.config.errorRate {
		return http.StatusInternalServerError, "injected error"
	}
	return http.StatusOK, ""
}

func (s *server) pause(r *http.Request) (time.Duration, error) {
	if sleep := r.URL.Query().Get("sleep"); sleep != "" {
		d, err := time.ParseDuration(sleep)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("sleep=%q: must be a duration from 0s to %s such as 2s", sleep, maxWork)
		}
		return min(d, maxWork), nil
	}
	if s.chance() < s.config.slowRate {
		// Exact, so that a test knows which bucket the slow requests fall into.
		return s.config.slowLatency, nil
	}
	// Between half and one and a half times the mean: the p99 stays near it, no stray outlier fails a check.
	return time.Duration(float64(s.config.latency) * (0.5 + s.chance())), nil
}

func (s *server) answer(w http.ResponseWriter, r *http.Request, status int, problem string) {
	body, _ := json.Marshal(answer{s.config.version, s.config.pod, r.URL.Path, problem}) // strings only: cannot fail
	s.write(w, status, "application/json", append(body, '\n'))
}

func (s *server) write(w http.ResponseWriter, status int, contentType string, body []byte) {
	header := w.Header()
	header.Set("x-served-by", s.config.version)
	header.Set("x-pod", s.config.pod)
	header.Set("Content-Type", contentType)
	header.Set("Cache-Control", "no-store")
	if s.draining.Load() {
		header.Set("Connection", "close")
	}
	w.WriteHeader(status)
	w.Write(body)
}
