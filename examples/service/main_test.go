package main

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestMain(m *testing.M) {
	if os.Getenv("RUN_AGENT") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// agent is this test binary acting as the program, because exit codes and signals belong to a process.
func agent(t *testing.T, env ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(os.Args[0])
	// Built with -cover it says where its counts went, or complains on stderr that they went nowhere.
	command.Env = append([]string{"RUN_AGENT=1", "HOSTNAME=agent-1", "PORT=" + freePort(t), "DRAIN=0s", "GOCOVERDIR=" + t.TempDir()}, env...)
	return command
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

func TestBadValueExits2(t *testing.T) {
	command := agent(t, "ERROR_RATE=5")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	err := command.Run()
	want := "agent: ERROR_RATE=\"5\": must be a share from 0 to 1 such as 0.05, or a percentage such as 5%\n"
	if exitCode(err) != 2 || stderr.String() != want {
		t.Errorf("%v, %q", err, stderr.String())
	}
}

func TestCrashExits1(t *testing.T) {
	output, err := agent(t, "CRASH_AFTER=10ms").Output()
	if exitCode(err) != 1 || !strings.Contains(string(output), errCrash.Error()) {
		t.Errorf("%v, %s", err, output)
	}
}

func TestTermExits0(t *testing.T) {
	command := agent(t)
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	// The first line says that it listens, so the signal cannot come before its handler.
	if _, err := stdout.Read(make([]byte, 1024)); err != nil {
		t.Fatal(err)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Error(err)
	}
}
