package main

import (
	"strings"
	"testing"
	"time"
)

func lookup(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func mustConfig(t *testing.T, env map[string]string) config {
	t.Helper()
	c, err := parseConfig(lookup(env))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefaults(t *testing.T) {
	got := mustConfig(t, map[string]string{"HOSTNAME": "agent-1"})
	want := config{
		version: "v1", metricsVersion: "v1", pod: "agent-1", namespace: "default", app: "agent", port: 8080,
		latency: 5 * time.Millisecond, slowLatency: 3 * time.Second,
		drain: 5 * time.Second, shutdownTimeout: 25 * time.Second,
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestGoodValues(t *testing.T) {
	for _, c := range []struct {
		name, value string
		got         func(config) any
		want        any
	}{
		{"VERSION", "2.0.0-rc.1+b7", func(c config) any { return c.version }, "2.0.0-rc.1+b7"},
		{"VERSION", "v2", func(c config) any { return c.metricsVersion }, "v2"},
		{"METRICS_VERSION", "canary", func(c config) any { return c.metricsVersion }, "canary"},
		{"NAMESPACE", "ai-workflow-prod", func(c config) any { return c.namespace }, "ai-workflow-prod"},
		{"APP", "agent-memory", func(c config) any { return c.app }, "agent-memory"},
		{"PORT", "9090", func(c config) any { return c.port }, 9090},
		{"ERROR_RATE", "0.05", func(c config) any { return c.errorRate }, 0.05},
		{"ERROR_RATE", "5%", func(c config) any { return c.errorRate }, 0.05},
		{"ERROR_RATE", "0.5%", func(c config) any { return c.errorRate }, 0.005},
		{"ERROR_RATE", "1", func(c config) any { return c.errorRate }, 1.0},
		{"ERROR_RATE", "100%", func(c config) any { return c.errorRate }, 1.0},
		{"LATENCY", "0", func(c config) any { return c.latency }, time.Duration(0)},
		{"LATENCY", "1.5s", func(c config) any { return c.latency }, 1500 * time.Millisecond},
		{"SLOW_RATE", "2%", func(c config) any { return c.slowRate }, 0.02},
		{"SLOW_LATENCY", "30s", func(c config) any { return c.slowLatency }, 30 * time.Second},
		{"READY_AFTER", "1m", func(c config) any { return c.readyAfter }, time.Minute},
		{"NEVER_READY", "true", func(c config) any { return c.neverReady }, true},
		{"NEVER_READY", "0", func(c config) any { return c.neverReady }, false},
		{"CRASH_AFTER", "", func(c config) any { return c.crashAfter }, time.Duration(0)},
		{"CRASH_AFTER", "20s", func(c config) any { return c.crashAfter }, 20 * time.Second},
		{"DRAIN", "0s", func(c config) any { return c.drain }, time.Duration(0)},
		{"SHUTDOWN_TIMEOUT", "1s", func(c config) any { return c.shutdownTimeout }, time.Second},
	} {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			if got := c.got(mustConfig(t, map[string]string{c.name: c.value})); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestBadValues(t *testing.T) {
	const share, boolean, names = "0 to 1", "true or false", "letters, digits"
	for _, c := range []struct{ name, value, allowed string }{
		{"VERSION", "v1\r\nx: y", names},
		{"VERSION", `v"1`, names},
		{"METRICS_VERSION", "a b", names},
		{"NAMESPACE", "a/b", names},
		{"APP", strings.Repeat("a", 129), names},
		{"HOSTNAME", "é", names},
		{"PORT", "0", "1 to 65535"},
		{"PORT", "65536", "1 to 65535"},
		{"PORT", "http", "1 to 65535"},
		{"ERROR_RATE", "5", share},
		{"ERROR_RATE", "-0.1", share},
		{"ERROR_RATE", "101%", share},
		{"ERROR_RATE", "%", share},
		{"ERROR_RATE", "NaN", share},
		{"SLOW_RATE", "often", share},
		{"LATENCY", "5", "from 0s to 30s"},
		{"LATENCY", "-1ms", "from 0s to 30s"},
		{"SLOW_LATENCY", "31s", "from 0s to 30s"},
		{"READY_AFTER", "soon", "from 0s to 24h"},
		{"CRASH_AFTER", "0", "from 1ms to 24h"},
		{"DRAIN", "-5s", "from 0s to 1h"},
		{"SHUTDOWN_TIMEOUT", "0s", "from 1ms to 1h"},
		{"NEVER_READY", "yes", boolean},
	} {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			_, err := parseConfig(lookup(map[string]string{c.name: c.value}))
			if err == nil {
				t.Fatal("accepted")
			}
			if got := err.Error(); !strings.HasPrefix(got, c.name+"=") || !strings.Contains(got, c.allowed) || strings.Contains(got, "\n") {
				t.Errorf("not one line with name, value and what is allowed: %s", got)
			}
		})
	}
}
