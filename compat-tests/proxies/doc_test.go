// Package proxies puts the server behind TLS, HTTP/2, nginx, haproxy and Caddy: with bare configurations and with those of
// docs/proxies.md, which are read from that file.
//
// The tests of Go's own TLS and HTTP/2 run always. Those of the proxies and of the official client run when
// EVERWIRE_COMPAT=1 is set, as `make test` does.
package proxies

import (
	"os"
	"os/exec"
	"testing"
)

// needs skips the test unless foreign programs are asked for, and fails it if they are and one is missing.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	if os.Getenv("EVERWIRE_COMPAT") == "" {
		t.Skip("runs foreign programs: set EVERWIRE_COMPAT=1 (make test does)")
	}
	for _, name := range programs {
		if _, err := lookPath(name); err != nil {
			t.Fatalf("%s is not installed: run `make setup`", name)
		}
	}
	if _, err := os.Stat("../node_modules/socket.io-client"); err != nil {
		t.Fatal("the official client is not installed: run `make setup`")
	}
}

// lookPath finds a program. Debian keeps servers in /usr/sbin, which is not on the PATH of ordinary users.
func lookPath(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return exec.LookPath("/usr/sbin/" + name)
	}
	return path, nil
}
