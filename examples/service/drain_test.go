package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

type running struct {
	url  string
	stop context.CancelFunc
	done chan error
}

func start(t *testing.T, s *server) running {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	r := running{"http://" + listener.Addr().String(), stop, make(chan error, 1)}
	go func() { r.done <- s.run(ctx, listener) }()
	return r
}

// until polls, because a request's way into the server cannot be seen from outside.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited 30 s for: %s", what)
		}
	}
}

func TestDrain(t *testing.T) {
	const drain = 6 * time.Second
	s := testServer(t, map[string]string{"DRAIN": drain.String(), "SHUTDOWN_TIMEOUT": "30s"})
	r := start(t, s)

	idle := dial(t, r.url)
	if response := idle.get(t, "/"); response.Close {
		t.Error("closed before the drain")
	}
	inFlight := dial(t, r.url)
	inFlight.send(t, "/?sleep=8s")

	begin := time.Now()
	r.stop()
	until(t, "draining", s.draining.Load)
	for path, want := range map[string]int{"/ready": 503, "/health/ready": 503, "/health": 200, "/health/live": 200, "/": 200} {
		response := dial(t, r.url).get(t, path)
		if response.StatusCode != want || !response.Close {
			t.Errorf("%s while draining: %d, closed %v", path, response.StatusCode, response.Close)
		}
	}
	if response := idle.get(t, "/"); response.StatusCode != 200 || !response.Close {
		t.Errorf("kept connection while draining: %d, closed %v", response.StatusCode, response.Close)
	}

	until(t, "listener closed", func() bool {
		connection, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
		if err == nil {
			connection.Close()
		}
		return err != nil
	})
	if took := time.Since(begin); took < drain {
		t.Errorf("listener closed after %s", took)
	}
	if response := inFlight.receive(t); response.StatusCode != 200 || !response.Close {
		t.Errorf("request in flight: %d, closed %v", response.StatusCode, response.Close)
	}
	if err := <-r.done; err != nil {
		t.Error(err)
	}
}

func TestShutdownTimeout(t *testing.T) {
	// Asked once before the work, which is how the test knows that it has begun.
	begun := make(chan struct{}, 2)
	settings := map[string]string{"DRAIN": "0s", "SHUTDOWN_TIMEOUT": "50ms", "SLOW_RATE": "1", "SLOW_LATENCY": "30s"}
	r := start(t, newServer(mustConfig(t, settings), func() float64 {
		begun <- struct{}{}
		return 0
	}))
	dial(t, r.url).send(t, "/")
	<-begun
	r.stop()
	if err := <-r.done; err == nil || !strings.Contains(err.Error(), "SHUTDOWN_TIMEOUT=50ms") {
		t.Errorf("got %v", err)
	}
}

func TestCrash(t *testing.T) {
	r := start(t, testServer(t, map[string]string{"CRASH_AFTER": "10ms"}))
	if err := <-r.done; err != errCrash {
		t.Errorf("got %v", err)
	}
}

// client is one bare connection: http.Client would hide which answer closed it.
type client struct {
	net.Conn
	reader *bufio.Reader
}

func dial(t *testing.T, url string) client {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return client{connection, bufio.NewReader(connection)}
}

func (c client) send(t *testing.T, path string) {
	t.Helper()
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: agent\r\n\r\n", path); err != nil {
		t.Fatal(err)
	}
}

func (c client) receive(t *testing.T) *http.Response {
	t.Helper()
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.reader.Discard(int(response.ContentLength))
	return response
}

func (c client) get(t *testing.T, path string) *http.Response {
	t.Helper()
	c.send(t, path)
	return c.receive(t)
}
