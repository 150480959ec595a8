// matrix_test.go: what the official client sees behind each proxy, in each configuration, over each transport.

package proxies

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// A report is what client.mjs prints.
type report struct {
	Refused      string `json:"refused"`      // the connection, and why
	Transport    string `json:"transport"`    // that it ended up with
	UpgradeError string `json:"upgradeError"` // why it did not upgrade
	Echo         bool   `json:"echo"`         // text and bytes came back
	Up           tally  `json:"up"`
	Down         tally  `json:"down"`
	Silence      int    `json:"silence"`   // ms until the server's push
	Lag          int    `json:"lag"`       // ms that the push took
	Reason       string `json:"reason"`    // of the disconnect at the restart
	Meanwhile    string `json:"meanwhile"` // the error while there was no server
	Again        string `json:"again"`     // the transport after the restart
	Large        int    `json:"large"`     // bytes of the large message that came back
	Cut          string `json:"cut"`       // why the client was disconnected against its will
	Error        string `json:"error"`     // what failed
}

// A cell is one proxy and configuration over one transport.
type cell struct {
	proxy, configuration, mode string
	report
}

// reaches is the transport that the client must end up with, or "" if it cannot connect.
func (c cell) reaches() string {
	switch {
	case c.proxy == "nginx" && c.configuration == "bare":
		return map[string]string{"polling": "polling", "upgrade": "polling"}[c.mode]
	case c.mode == "polling":
		return "polling"
	}
	return "websocket"
}

// unreachable is what the client must see in its error while there is no server.
func (c cell) unreachable() string {
	status := map[string]string{"nginx": "502", "haproxy": "503", "caddy": "502"}[c.proxy]
	switch {
	case c.mode == "websocket" && c.proxy == "none":
		return "websocket error: connect ECONNREFUSED"
	case c.mode == "websocket":
		return "websocket error: Unexpected server response: " + status
	case c.proxy == "none":
		return "xhr poll error"
	}
	return "xhr poll error: HTTP " + status
}

// A client is a run of client.mjs.
type client struct {
	url, control, mode string
	steps              []string
	ca                 string // name of the file with the certificate that it trusts
	origin             string // of the page that it plays, "" for none
}

// client returns one that needs no proxy.
func (b *backend) client(mode string, steps ...string) client {
	c := client{url: "http://" + b.Addr, control: b.Control, mode: mode, steps: steps}
	if b.cert != nil {
		c.url, c.ca = "https://"+b.Addr, b.cert.Cert
	}
	return c
}

func (c client) run(t *testing.T) (r report) {
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"client.mjs", c.url, c.control, c.mode}, c.steps...)...)
	cmd.Env = append(os.Environ(), "EVERWIRE_CA="+c.ca, "EVERWIRE_ORIGIN="+c.origin)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if assert.NoError(t, err) {
		assert.NoError(t, json.Unmarshal(out, &r), "%s", out)
	}
	return r
}

// TestMatrix prints one line for each proxy, configuration and transport. The clients run at once, a few at a time, since they
// wait most of it.
func TestMatrix(t *testing.T) {
	needs(t, append(kinds, "node")...)
	t.Parallel()
	var cells []*cell
	for _, proxy := range append([]string{"none"}, kinds...) {
		configurations := []string{"bare", "recommended", "recommended, TLS"}
		if proxy == "none" {
			configurations = []string{"plain", "TLS"}
		}
		for _, configuration := range configurations {
			for _, mode := range []string{"polling", "websocket", "upgrade"} {
				cells = append(cells, &cell{proxy: proxy, configuration: configuration, mode: mode})
			}
		}
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, 8)
	for _, c := range cells {
		run := c.prepare(t)
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			c.report = run.run(t)
		})
	}
	wg.Wait()
	t.Log(matrix(cells))
	for _, c := range cells {
		t.Run(strings.Join([]string{c.proxy, c.configuration, c.mode}, "/"), c.check)
	}
}

// secure tells whether the client speaks TLS. The server at the other end offers HTTP/2 then, which the client does not take.
func (c *cell) secure() bool { return strings.HasSuffix(c.configuration, "TLS") }

// prepare starts what the cell needs, and returns the client to run.
func (c *cell) prepare(t *testing.T) client {
	if c.proxy == "none" {
		var cert *certificate
		if c.secure() {
			cert = newCertificate(t)
		}
		return newBackend(t, everwire.Config{}, cert).client(c.mode)
	}
	config := bare[c.proxy]
	if c.configuration != "bare" {
		config = recommended(t, c.proxy)
	}
	b := newBackend(t, everwire.Config{}, nil)
	p := startProxy(t, c.proxy, config, b.Addr)
	run := b.client(c.mode)
	run.url = p.URL()
	if c.secure() {
		run.url, run.ca = p.SecureURL(), p.cert.Cert
	}
	return run
}

func (c *cell) check(t *testing.T) {
	require.Empty(t, c.Error)
	require.Equal(t, c.reaches(), c.Transport, "the transport; refused: %s; upgrade: %s", c.Refused, c.UpgradeError)
	if c.Transport == "" {
		require.Equal(t, "websocket error: Unexpected server response: 400", c.Refused)
		return
	}
	if c.mode == "upgrade" && c.Transport == "polling" {
		require.Contains(t, c.UpgradeError, "websocket error")
	} else {
		require.Empty(t, c.UpgradeError)
	}
	require.True(t, c.Echo)
	require.Equal(t, tally{Received: 200}, c.Up, "client to server")
	require.Equal(t, tally{Received: 200}, c.Down, "server to client")
	require.GreaterOrEqual(t, c.Silence, int(silence.Milliseconds())-100)
	require.Less(t, c.Lag, 4000, "ms that a push took") // what a proxy holds back never comes; a busy machine is late
	require.Equal(t, "transport close", c.Reason)
	require.Contains(t, c.Meanwhile, c.unreachable())
	require.Equal(t, c.Transport, c.Again, "the transport after the restart")
}

// matrix is the table.
func matrix(cells []*cell) string {
	var b strings.Builder
	const line = "%-8s %-17s %-10s %-10s %-5s %-9s %-9s %-14s %s\n"
	fmt.Fprintf(&b, "\n"+line, "proxy", "configuration", "client", "got", "echo", "200 up", "200 down", "push after 3 s", "restart")
	for _, c := range cells {
		if c.Transport == "" {
			fmt.Fprintf(&b, line, c.proxy, c.configuration, c.mode, "none", "-", "-", "-", "-", cmp.Or(c.Refused, c.Error))
			continue
		}
		fmt.Fprintf(&b, line, c.proxy, c.configuration, c.mode, c.Transport, yes(c.Echo), inOrder(c.Up), inOrder(c.Down),
			fmt.Sprintf("%d ms late", c.Lag), cmp.Or(c.Error, c.restart()))
		if c.UpgradeError != "" {
			fmt.Fprintf(&b, "%37s upgrade: %s\n", "", c.UpgradeError)
		}
	}
	return b.String()
}

var tags = regexp.MustCompile(`<[^>]*>`)

// restart is what the client saw of the restart, without the HTML of proxies.
func (c *cell) restart() string {
	meanwhile := strings.Join(strings.Fields(tags.ReplaceAllString(c.Meanwhile, " ")), " ")
	return fmt.Sprintf("%s; %.60s; back on %s", c.Reason, meanwhile, c.Again)
}

func yes(ok bool) string {
	if ok {
		return "ok"
	}
	return "FAILED"
}

func inOrder(t tally) string {
	if t == (tally{Received: 200}) {
		return "in order"
	}
	return fmt.Sprintf("FAILED: %d, %d disordered", t.Received, t.Disordered)
}
