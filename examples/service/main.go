// Command agent plays a service whose health, speed and errors are set per version.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

func main() {
	config, err := parseConfig(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "agent:", err)
		os.Exit(2)
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)).With("version", config.version, "pod", config.pod))

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(config.port))
	if err == nil {
		err = newServer(config, rand.Float64).run(ctx, listener)
	}
	if err != nil {
		slog.Error("stopped", "error", err.Error())
		os.Exit(1)
	}
	slog.Info("stopped")
}
