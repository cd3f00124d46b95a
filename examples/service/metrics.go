package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// 0.5 and 2 are the thresholds a canary is judged by: a quantile is exact only at a bucket's edge.
var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10}

type metrics struct {
	agentLabels string
	httpLabels  string

	mu            sync.Mutex
	agentRequests map[string]uint64
	agentDuration *histogram
	httpRequests  map[series]uint64
	httpDuration  map[string]*histogram
}

type series struct {
	method string
	status int
}

func newMetrics(c config) *metrics {
	return &metrics{
		agentLabels: fmt.Sprintf(`version="%s"`, c.metricsVersion),
		httpLabels:  fmt.Sprintf(`namespace="%s",app="%s",version="%s"`, c.namespace, c.app, c.metricsVersion),
		// Both outcomes are there from the start: without errors the error rate is 0, not "no data".
		agentRequests: map[string]uint64{"success": 0, "error": 0},
		agentDuration: newHistogram(),
		httpRequests:  map[series]uint64{{"GET", http.StatusOK}: 0, {"GET", http.StatusInternalServerError}: 0},
		httpDuration:  map[string]*histogram{"GET": newHistogram()},
	}
}

func (m *metrics) observe(method string, status int, took time.Duration) {
	method = knownMethod(method)
	outcome := "success"
	if status >= 500 { // 4xx is the caller's fault, as in the queries with status!~"5.."
		outcome = "error"
	}

	m.mu.Lock()
	defer m.mu.Unlock()
	m.agentRequests[outcome]++
	m.agentDuration.observe(took.Seconds())
	m.httpRequests[series{method, status}]++
	if m.httpDuration[method] == nil {
		m.httpDuration[method] = newHistogram()
	}
	m.httpDuration[method].observe(took.Seconds())
}

// knownMethod keeps callers from making a series per invented method.
func knownMethod(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return method
	default:
		return "OTHER"
	}
}

// text is one consistent snapshot in Prometheus' text format.
func (m *metrics) text() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out bytes.Buffer

	head(&out, "agent_requests_total", "counter", "Requests answered, by outcome.")
	for _, status := range []string{"success", "error"} {
		fmt.Fprintf(&out, "agent_requests_total{%s,status=\"%s\"} %d\n", m.agentLabels, status, m.agentRequests[status])
	}
	head(&out, "agent_request_duration_seconds", "histogram", "Time to answer a request.")
	m.agentDuration.write(&out, "agent_request_duration_seconds", m.agentLabels)

	head(&out, "http_requests_total", "counter", "Requests answered, by method and status code.")
	for _, s := range slices.SortedFunc(maps.Keys(m.httpRequests), bySeries) {
		fmt.Fprintf(&out, "http_requests_total{%s,method=\"%s\",status=\"%d\"} %d\n", m.httpLabels, s.method, s.status, m.httpRequests[s])
	}
	head(&out, "http_request_duration_seconds", "histogram", "Time to answer a request, by method.")
	for _, method := range slices.Sorted(maps.Keys(m.httpDuration)) {
		m.httpDuration[method].write(&out, "http_request_duration_seconds", fmt.Sprintf(`%s,method="%s"`, m.httpLabels, method))
	}
	return out.Bytes()
}

func bySeries(a, b series) int {
	return cmp.Or(cmp.Compare(a.method, b.method), cmp.Compare(a.status, b.status))
}

func head(out *bytes.Buffer, name, kind, help string) {
	fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

type histogram struct {
	counts []uint64 // per bucket, the last is +Inf; summed up when written
	sum    float64
}

func newHistogram() *histogram {
	return &histogram{counts: make([]uint64, len(buckets)+1)}
}

func (h *histogram) observe(seconds float64) {
	bucket, _ := slices.BinarySearch(buckets, seconds)
	h.counts[bucket]++
	h.sum += seconds
}

func (h *histogram) write(out *bytes.Buffer, name, labels string) {
	total := uint64(0)
	for i, count := range h.counts {
		total += count
		edge := "+Inf"
		if i < len(buckets) {
			edge = strconv.FormatFloat(buckets[i], 'g', -1, 64)
		}
		fmt.Fprintf(out, "%s_bucket{%s,le=\"%s\"} %d\n", name, labels, edge, total)
	}
	fmt.Fprintf(out, "%s_sum{%s} %s\n", name, labels, strconv.FormatFloat(h.sum, 'g', -1, 64))
	fmt.Fprintf(out, "%s_count{%s} %d\n", name, labels, total)
}
