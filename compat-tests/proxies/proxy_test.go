// proxy_test.go: nginx, haproxy and Caddy as processes of the test.

package proxies

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var kinds = []string{"nginx", "haproxy", "caddy"}

// strict are those that have limits for silence, and that can be made to hold streams back. Caddy does neither.
var strict = kinds[:2:2]

// A proxy is one of them, run by this user in a folder of its own.
type proxy struct {
	kind       string
	addr       string
	secureAddr string       // with TLS, "" if the configuration has none
	cert       *certificate // of secureAddr
	output     *buffer

	cmd   *exec.Cmd
	ended chan struct{}
}

// URL is where the proxy serves without TLS.
func (p *proxy) URL() string { return "http://" + p.addr }

// SecureURL is where it serves with TLS.
func (p *proxy) SecureURL() string { return "https://" + p.secureAddr }

// startProxy runs the proxy until the end of the test. The configuration is a bare or documented one, in which the servers
// take the place of those that it names.
func startProxy(t *testing.T, kind, config string, servers ...string) *proxy {
	t.Helper()
	p := &proxy{kind: kind, addr: freeAddr(t), output: new(buffer)}
	p.start(t, place(t, p, config, servers...))
	return p
}

// restart runs it with another configuration at the same address. All connections are cut.
func (p *proxy) restart(t *testing.T, config string, servers ...string) {
	t.Helper()
	stop(t, p.cmd, p.ended)
	p.start(t, place(t, p, config, servers...))
}

func (p *proxy) start(t *testing.T, config string) {
	t.Helper()
	folder := t.TempDir()
	file := filepath.Join(folder, p.kind+".conf")
	require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
	path, err := lookPath(p.kind)
	require.NoError(t, err)
	cmd := exec.Command(path, "-db", "-f", file)
	switch p.kind {
	case "caddy":
		cmd = exec.Command(path, "run", "--config", file, "--adapter", "caddyfile")
		cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+folder, "XDG_CONFIG_HOME="+folder)
	case "nginx": // one process: nothing is left of it, and root does not become somebody else
		cmd = exec.Command(path, "-e", "stderr", "-p", folder, "-c", file, "-g", "daemon off; master_process off;")
	}
	cmd.Stdout, cmd.Stderr = p.output, p.output
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	p.cmd, p.ended = cmd, ended
	go func() { // owned by the test, which ends the process
		defer close(ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s said:\n%s", p.kind, p.output)
		}
		stop(t, cmd, ended)
	})
	require.NoError(t, p.ready(ended))
}

// ready waits until the proxy listens at all its addresses or has ended.
func (p *proxy) ready(ended <-chan struct{}) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-tick.C {
		select {
		case <-ended:
			return errors.New("ended at its start")
		default:
		}
		if listens(p.addr) && (p.secureAddr == "" || listens(p.secureAddr)) {
			return nil
		}
	}
	return errors.New("does not listen")
}

func listens(addr string) bool {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return false
	}
	_ = nc.Close()
	return true
}

func stop(t *testing.T, cmd *exec.Cmd, ended <-chan struct{}) {
	_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Errorf("%s does not end", cmd.Path)
		require.NoError(t, cmd.Process.Kill())
		<-ended
	}
}

// poller polls through the proxy over HTTP/1.1, each client on connections of its own, from the address.
func (p *proxy) poller(t *testing.T, from string) *poller {
	t.Helper()
	local := &net.TCPAddr{IP: net.ParseIP(from)}
	return newPoller(t, p.URL(), &http.Transport{DialContext: (&net.Dialer{LocalAddr: local}).DialContext})
}

// securePoller polls through the proxy over TLS and HTTP/2.
func (p *proxy) securePoller(t *testing.T) *poller {
	t.Helper()
	return newPoller(t, p.SecureURL(), &http.Transport{
		Protocols:       protocols(false, true, false),
		TLSClientConfig: p.trust(),
	})
}

// trust is what a client of the proxy needs for TLS.
func (p *proxy) trust() *tls.Config { return &tls.Config{RootCAs: p.cert.Pool} }
