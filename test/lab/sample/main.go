// A service for the lab's own tests: says which version answered, can be slow or fail on request, and counts what it did.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"
)

var (
	lock  sync.Mutex
	count = map[int]int{}
)

func main() {
	version := os.Getenv("VERSION")
	server := &http.Server{Addr: ":8080"}
	http.HandleFunc("/metrics", metrics)
	http.HandleFunc("/", func(answer http.ResponseWriter, request *http.Request) {
		delay, _ := time.ParseDuration(request.URL.Query().Get("delay"))
		time.Sleep(delay)
		status, err := strconv.Atoi(request.URL.Query().Get("status"))
		if err != nil {
			status = http.StatusOK
		}
		lock.Lock()
		count[status]++
		lock.Unlock()
		answer.Header().Set("x-served-by", version)
		answer.WriteHeader(status)
		fmt.Fprintln(answer, version)
	})
	fmt.Println("sample", version, "listens on", server.Addr)

	drained := make(chan struct{})
	go func() {
		ended := make(chan os.Signal, 1)
		signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
		<-ended
		server.Shutdown(context.Background())
		close(drained)
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	<-drained
}

func metrics(answer http.ResponseWriter, _ *http.Request) {
	lock.Lock()
	defer lock.Unlock()
	fmt.Fprintln(answer, "# TYPE http_requests_total counter")
	for status, number := range count {
		fmt.Fprintf(answer, "http_requests_total{status=\"%d\"} %d\n", status, number)
	}
}
