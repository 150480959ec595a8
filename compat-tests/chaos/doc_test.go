// Package chaos proves over real TCP that a session of our server and our client outlives its connections: while all of
// them are cut again and again, while WebSockets fall silent at any byte, and while the server itself is stopped. Beside
// it runs the official server with the official client, for comparison.
//
// The tests run when EVERWIRE_COMPAT=1 is set; -short has them run for a few seconds each. EVERWIRE_CHAOS_LOG=1 shows
// the logs of server and client.
//
//	EVERWIRE_COMPAT=1 go test -v ./chaos
package chaos

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// childEnv has the test binary be a server of ours.
const childEnv = "EVERWIRE_CHAOS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		if err := serveChild(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "server:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// needsCompat skips the test unless tests that take long, or run foreign programs, are asked for.
func needsCompat(t *testing.T) {
	t.Helper()
	if os.Getenv("EVERWIRE_COMPAT") == "" {
		t.Skip("takes a minute and runs foreign programs: set EVERWIRE_COMPAT=1")
	}
}

// needsNode fails the test if the official server and client are not installed.
func needsNode(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatal("node is not on the PATH: ", err)
	}
	for _, folder := range []string{"socket.io", "socket.io-client"} {
		if _, err := os.Stat("../node_modules/" + folder); err != nil {
			t.Fatalf("%s is not installed: run `make setup`", folder)
		}
	}
}

func logger() *slog.Logger {
	if os.Getenv("EVERWIRE_CHAOS_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// long is d, or brief with -short.
func long(d, brief time.Duration) time.Duration {
	if testing.Short() {
		return brief
	}
	return d
}

// table lines up rows whose cells are separated by tabs.
func table(rows []string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\n", strings.Join(rows, "\n"), "\n")
	_ = w.Flush() // a Builder takes everything
	return b.String()
}
