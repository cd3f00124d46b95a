package main

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	sampleLine = regexp.MustCompile(`^([a-z_]+)\{((?:[a-z]+="[^"\\]*",?)+)\} (\S+)$`)
	leLabel    = regexp.MustCompile(`,le="([^"]+)"$`)
)

// parseMetrics reads the text back, line by line, into name{labels} → value and family → type.
func parseMetrics(t *testing.T, text string) (samples map[string]float64, order []string, types map[string]string) {
	t.Helper()
	samples, types = map[string]float64{}, map[string]string{}
	if !strings.HasSuffix(text, "\n") {
		t.Error("the last line has no end")
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if comment, ok := strings.CutPrefix(line, "# "); ok {
			if words := strings.Fields(comment); words[0] == "TYPE" {
				types[words[1]] = words[2]
			}
			continue
		}
		parts := sampleLine.FindStringSubmatch(line)
		if parts == nil {
			t.Fatalf("no sample: %q", line)
		}
		family := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(parts[1], "")
		if types[family] == "" {
			t.Errorf("no TYPE before %q", line)
		}
		value, err := strconv.ParseFloat(parts[3], 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		key := parts[1] + "{" + parts[2] + "}"
		if _, twice := samples[key]; twice {
			t.Errorf("twice: %s", key)
		}
		samples[key] = value
		order = append(order, key)
	}
	return samples, order, types
}

func checkHistograms(t *testing.T, samples map[string]float64, order []string) (found int) {
	t.Helper()
	last, edge := 0.0, math.Inf(-1)
	for _, key := range order {
		name, labels, _ := strings.Cut(strings.TrimSuffix(key, "}"), "{")
		family, isBucket := strings.CutSuffix(name, "_bucket")
		if !isBucket {
			continue
		}
		le := leLabel.FindStringSubmatch(labels)[1]
		next, err := strconv.ParseFloat(le, 64)
		if err != nil || next <= edge || samples[key] < last {
			t.Errorf("%s = %v after le=%v, %v", key, samples[key], edge, last)
		}
		last, edge = samples[key], next
		if le != "+Inf" {
			continue
		}
		series := "{" + leLabel.ReplaceAllString(labels, "") + "}"
		count, hasCount := samples[family+"_count"+series]
		if _, hasSum := samples[family+"_sum"+series]; !hasCount || !hasSum || count != last {
			t.Errorf("%s%s: +Inf is %v, count %v", family, series, last, count)
		}
		last, edge = 0, math.Inf(-1)
		found++
	}
	return found
}

func TestMetricsFromTheStart(t *testing.T) {
	m := newMetrics(mustConfig(t, map[string]string{"NAMESPACE": "prod"}))
	samples, order, types := parseMetrics(t, string(m.text()))
	for _, key := range []string{
		`agent_requests_total{version="v1",status="success"}`,
		`agent_requests_total{version="v1",status="error"}`,
		`agent_request_duration_seconds_bucket{version="v1",le="2"}`,
		`agent_request_duration_seconds_bucket{version="v1",le="0.5"}`,
		`http_requests_total{namespace="prod",app="agent",version="v1",method="GET",status="200"}`,
		`http_requests_total{namespace="prod",app="agent",version="v1",method="GET",status="500"}`,
		`http_request_duration_seconds_count{namespace="prod",app="agent",version="v1",method="GET"}`,
	} {
		if value, ok := samples[key]; !ok || value != 0 {
			t.Errorf("%s: %v, present %v", key, value, ok)
		}
	}
	if got := checkHistograms(t, samples, order); got != 2 {
		t.Errorf("%d histograms", got)
	}
	if len(types) != 4 || types["agent_requests_total"] != "counter" || types["http_request_duration_seconds"] != "histogram" {
		t.Errorf("types %v", types)
	}
}

func TestMetricsCount(t *testing.T) {
	m := newMetrics(mustConfig(t, map[string]string{"VERSION": "v2", "METRICS_VERSION": "canary"}))
	m.observe("GET", 200, 5*time.Millisecond)
	m.observe("GET", 200, 2*time.Second)
	m.observe("GET", 500, 30*time.Second)
	m.observe("POST", 400, 300*time.Millisecond)
	m.observe("BREW", 200, 0)

	samples, order, _ := parseMetrics(t, string(m.text()))
	http := `{namespace="default",app="agent",version="canary",method=`
	for key, want := range map[string]float64{
		`agent_requests_total{version="canary",status="success"}`:            4,
		`agent_requests_total{version="canary",status="error"}`:              1,
		`agent_request_duration_seconds_bucket{version="canary",le="0.005"}`: 2,
		`agent_request_duration_seconds_bucket{version="canary",le="0.25"}`:  2,
		`agent_request_duration_seconds_bucket{version="canary",le="0.5"}`:   3,
		`agent_request_duration_seconds_bucket{version="canary",le="1"}`:     3,
		`agent_request_duration_seconds_bucket{version="canary",le="2"}`:     4,
		`agent_request_duration_seconds_bucket{version="canary",le="10"}`:    4,
		`agent_request_duration_seconds_bucket{version="canary",le="+Inf"}`:  5,
		`agent_request_duration_seconds_sum{version="canary"}`:               32.305,
		`http_requests_total` + http + `"GET",status="200"}`:                 2,
		`http_requests_total` + http + `"GET",status="500"}`:                 1,
		`http_requests_total` + http + `"POST",status="400"}`:                1,
		`http_requests_total` + http + `"OTHER",status="200"}`:               1,
		`http_request_duration_seconds_count` + http + `"GET"}`:              3,
		`http_request_duration_seconds_bucket` + http + `"POST",le="0.5"}`:   1,
	} {
		if got, ok := samples[key]; !ok || math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: got %v (present %v), want %v", key, got, ok, want)
		}
	}
	if got := checkHistograms(t, samples, order); got != 4 {
		t.Errorf("%d histograms", got)
	}
}
