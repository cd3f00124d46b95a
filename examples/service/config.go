package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxWork bounds one request's work, so that SHUTDOWN_TIMEOUT can be chosen to cover it.
const maxWork = 30 * time.Second

type config struct {
	version        string
	metricsVersion string
	pod            string
	namespace      string
	app            string

	port int

	errorRate   float64
	latency     time.Duration
	slowRate    float64
	slowLatency time.Duration

	readyAfter time.Duration
	neverReady bool
	crashAfter time.Duration // 0 is never

	drain           time.Duration
	shutdownTimeout time.Duration
}

func parseConfig(lookup func(string) string) (config, error) {
	e := &environment{lookup: lookup}
	c := config{
		version:   e.name("VERSION", "v1"),
		namespace: e.name("NAMESPACE", "default"),
		app:       e.name("APP", "agent"),
		pod:       e.name("HOSTNAME", hostname()),

		port: e.port("PORT", "8080"),

		errorRate:   e.share("ERROR_RATE", "0"),
		latency:     e.duration("LATENCY", "5ms", 0, maxWork),
		slowRate:    e.share("SLOW_RATE", "0"),
		slowLatency: e.duration("SLOW_LATENCY", "3s", 0, maxWork),

		readyAfter: e.duration("READY_AFTER", "0s", 0, 24*time.Hour),
		neverReady: e.boolean("NEVER_READY", "false"),

		drain:           e.duration("DRAIN", "5s", 0, time.Hour),
		shutdownTimeout: e.duration("SHUTDOWN_TIMEOUT", "25s", time.Millisecond, time.Hour),
	}
	c.metricsVersion = e.name("METRICS_VERSION", c.version)
	if lookup("CRASH_AFTER") != "" {
		c.crashAfter = e.duration("CRASH_AFTER", "", time.Millisecond, 24*time.Hour)
	}
	return c, e.err
}

// environment keeps the first error only: one clear line is easier to act on than a list.
type environment struct {
	lookup func(string) string
	err    error
}

func read[T any](e *environment, name, fallback, allowed string, parse func(string) (T, bool)) T {
	value := e.lookup(name)
	if value == "" {
		value = fallback
	}
	parsed, ok := parse(value)
	if !ok && e.err == nil {
		e.err = fmt.Errorf("%s=%q: must be %s", name, value, allowed)
	}
	return parsed
}

// Names go unescaped into headers and metric labels, hence the narrow alphabet.
var namePattern = regexp.MustCompile(`^[A-Za-z0-9._+-]{1,128}$`)

func (e *environment) name(name, fallback string) string {
	return read(e, name, fallback, "1 to 128 letters, digits, or any of . _ + -", func(s string) (string, bool) {
		return s, namePattern.MatchString(s)
	})
}

func (e *environment) port(name, fallback string) int {
	return read(e, name, fallback, "a port number from 1 to 65535", func(s string) (int, bool) {
		port, err := strconv.Atoi(s)
		return port, err == nil && port >= 1 && port <= 65535
	})
}

func (e *environment) share(name, fallback string) float64 {
	return read(e, name, fallback, "a share from 0 to 1 such as 0.05, or a percentage such as 5%", func(s string) (float64, bool) {
		digits, percent := strings.CutSuffix(s, "%")
		share, err := strconv.ParseFloat(digits, 64)
		if percent {
			share /= 100
		}
		return share, err == nil && share >= 0 && share <= 1
	})
}

func (e *environment) duration(name, fallback string, least, most time.Duration) time.Duration {
	allowed := fmt.Sprintf("a duration from %s to %s such as 250ms or 2s", least, most)
	return read(e, name, fallback, allowed, func(s string) (time.Duration, bool) {
		d, err := time.ParseDuration(s)
		return d, err == nil && d >= least && d <= most
	})
}

func (e *environment) boolean(name, fallback string) bool {
	return read(e, name, fallback, "true or false", func(s string) (bool, bool) {
		b, err := strconv.ParseBool(s)
		return b, err == nil
	})
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}
