// A service that is well for some seconds and then takes memory until the kernel ends it.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	go func() {
		time.Sleep(15 * time.Second)
		var kept [][]byte
		for {
			block := make([]byte, 8<<20)
			for at := 0; at < len(block); at += 4096 {
				block[at] = 1
			}
			kept = append(kept, block)
			time.Sleep(50 * time.Millisecond)
			fmt.Fprintln(os.Stderr, "megabytes taken:", 8*len(kept))
		}
	}()
	answer := func(response http.ResponseWriter, _ *http.Request) {
		response.Header().Set("x-served-by", "hungry")
		fmt.Fprintln(response, "{}")
	}
	metrics := func(response http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(response, "# nothing is counted")
	}
	http.HandleFunc("/", answer)
	http.HandleFunc("/metrics", metrics)
	if err := http.ListenAndServe(":8080", nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
