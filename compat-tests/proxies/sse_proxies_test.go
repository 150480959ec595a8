// sse_proxies_test.go: server-sent events through each proxy, in each configuration.

package proxies

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// bareDelay is the limit for 99 of 100 events through haproxy without `option http-no-delay`, which waits for more to send, and
// through Caddy, which is slower than the others on a busy machine.
const bareDelay = 300 * time.Millisecond

// A streamRow is a line of the table: a stream through a proxy.
type streamRow struct {
	proxy, name string
	config      string // "" for none
	secure      bool   // TLS, and HTTP/2 to the client
	compressed  bool   // it must come so
	*course

	up  string        // what the server counted of 200 events
	upP time.Duration // what one of them took
}

// compressing is the configuration with all compression on that the proxy has for streams.
func compressing(t *testing.T, kind, config string) string {
	t.Helper()
	if kind == "nginx" {
		return "gzip_types text/event-stream text/plain;\ngzip_min_length 0;\ngzip_proxied any;\n" + config
	}
	if kind == "caddy" {
		return replace(t, config, "app.example {\n", "app.example {\n\tencode {\n\t\tgzip\n\t\tminimum_length 0\n\t\tmatch header Content-Type text/*\n\t}\n")
	}
	name := regexp.MustCompile(`(?m)^backend .*\n`).FindString(config)
	return replace(t, config, "\n"+name, "\n"+name+"    compression algo gzip\n    compression type text/event-stream text/plain\n")
}

func streamRows(t *testing.T) (rows []*streamRow) {
	for _, r := range []streamRow{
		{proxy: "none", name: "-"},
		{proxy: "nginx", name: "bare", config: bare["nginx"]},
		{proxy: "nginx", name: "bare, gzip", config: compressing(t, "nginx", bare["nginx"]), compressed: true},
		{proxy: "nginx", name: "recommended", config: recommended(t, "nginx")},
		{proxy: "nginx", name: "recommended, gzip", config: compressing(t, "nginx", recommended(t, "nginx"))},
		{proxy: "nginx", name: "recommended, HTTP/2", config: recommended(t, "nginx"), secure: true},
		{proxy: "haproxy", name: "bare", config: bare["haproxy"]},
		{proxy: "haproxy", name: "bare, gzip", config: compressing(t, "haproxy", bare["haproxy"])},
		{proxy: "haproxy", name: "recommended", config: recommended(t, "haproxy")},
		{proxy: "haproxy", name: "recommended, gzip", config: compressing(t, "haproxy", recommended(t, "haproxy"))},
		{proxy: "haproxy", name: "recommended, HTTP/2", config: recommended(t, "haproxy"), secure: true},
		{proxy: "caddy", name: "recommended", config: recommended(t, "caddy")},
		{proxy: "caddy", name: "recommended, gzip", config: compressing(t, "caddy", recommended(t, "caddy"))},
		{proxy: "caddy", name: "recommended, HTTP/2", config: recommended(t, "caddy"), secure: true},
	} {
		for _, resume := range []bool{false, true} {
			row := r
			row.course = &course{limit: atOnce}
			if strings.HasPrefix(r.name, "bare") && r.proxy == "haproxy" || r.proxy == "caddy" {
				row.limit = bareDelay
			}
			row.open(t, resume)
			rows = append(rows, &row)
		}
	}
	return rows
}

func (r *streamRow) open(t *testing.T, resume bool) {
	b := newBackend(t, everwire.Config{}, nil)
	url, transport := "http://"+b.Addr, &http.Transport{}
	if r.config != "" {
		p := startProxy(t, r.proxy, r.config, b.Addr)
		url = p.URL()
		if r.secure {
			url = p.SecureURL()
			transport.Protocols, transport.TLSClientConfig = protocols(false, true, false), p.trust()
		}
	}
	r.eventSource = newEventSource(t, url, transport, resume)
	r.eventSource.open()
}

// postAll posts 200 numbered events, each when the one before is answered, and asks what came of them.
func (r *streamRow) postAll(t *testing.T) {
	start := time.Now()
	for i := range 200 {
		r.post(fmt.Sprintf(`42["count",%d]`, i))
	}
	r.upP = time.Since(start) / 200
	r.post(`427["counted"]`)
	packet, err := r.next(patience)
	require.NoError(t, err)
	r.up = strings.TrimPrefix(packet, "437")
}

// TestStreamsThroughProxies prints how late 200 events come, 50 a second, and what became of 200 that were posted.
func TestStreamsThroughProxies(t *testing.T) {
	needs(t, kinds...)
	rows := streamRows(t)
	var all []*course
	for _, r := range rows {
		all = append(all, r.course)
	}
	n, period := rate()
	measure(t, all, n, period)
	const line = "%-8s %-20s %-9s %-7s %-8s %23s   %-14s %s\n"
	var table strings.Builder
	fmt.Fprintf(&table, line, "proxy", "configuration", "version", "resume", "encoding", "p50     p99    max, ms", "200 up", "a POST")
	for _, r := range rows {
		r.postAll(t)
		encoding := map[bool]string{true: "gzip", false: "-"}[r.answer.Uncompressed]
		up := map[bool]string{true: "in order", false: r.up}[r.up == inOrderUp]
		fmt.Fprintf(&table, line, r.proxy, r.name, r.answer.Proto, fmt.Sprint(r.resume), encoding, r.late, up,
			fmt.Sprintf("%.1f ms", r.upP.Seconds()*1000))
		t.Run(fmt.Sprintf("%s, %s, resume=%t", r.proxy, r.name, r.resume), r.check)
	}
	t.Logf("\n%s", table.String())
}

// inOrderUp is the tally of 200 events in order.
const inOrderUp = `[{"received":200,"disordered":0}]`

func (r *streamRow) check(t *testing.T) {
	r.checkLate(t)
	assert.Equal(t, r.compressed, r.answer.Uncompressed, "compressed")
	assert.Equal(t, r.secure, r.answer.ProtoMajor == 2, r.answer.Proto)
	assert.Equal(t, inOrderUp, r.up)
}
