// b_upgrades_test.go: headers of a handshake that cost, or crash.

package hostile

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

var rowsUpgrades = []row{
	{
		id: "B7", name: "names of extensions that are names of a prototype", on: []string{websocket}, control: true,
		run: func(a *attack) {
			for _, value := range []string{
				"constructor", ",;constructor", "__proto__", "toString; valueOf", repeat("a;b;", 2_000), "permessage-deflate; server_max_window_bits=99",
				";;;", ",,,", "=", `"`, `a="`, "\x01",
			} {
				a.counted(1)
				got, _ := a.upgrade(endpoint(websocket, ""), "Sec-WebSocket-Extensions: "+value)
				require.Contains(a, []int{http.StatusSwitchingProtocols, http.StatusBadRequest}, got.status, "%.20q: %s", value, got)
				require.Empty(a, got.header.Get("Sec-WebSocket-Extensions"))
			}
		},
	},
	{
		id: "B8", name: "64,000 spaces in the names of subprotocols", on: []string{websocket}, control: true,
		run: func(a *attack) {
			spaces := repeat(" ", 64_000)
			for _, value := range []string{"b" + spaces + "x", "b," + spaces + ",x", spaces + "x", repeat("b ,", 20_000)} {
				a.counted(1)
				a.within(5*time.Millisecond, func() {
					got, _ := a.upgrade(endpoint(websocket, ""), "Sec-WebSocket-Protocol: "+value)
					require.Contains(a, []int{http.StatusSwitchingProtocols, http.StatusBadRequest, http.StatusRequestHeaderFieldsTooLarge}, got.status, "%s", got)
				})
			}
		},
	},
	{
		id: "B9", name: "2,001 headers", on: transports, control: true,
		run: func(a *attack) {
			got := a.try(http.MethodGet, "EIO=4&transport="+a.transport, manyHeaders(2_001)...)
			require.Contains(a, []int{http.StatusBadRequest, http.StatusRequestHeaderFieldsTooLarge}, got.status, "%s", got)
		},
	},
	{
		id: "B9", name: "megabytes of headers are not kept for the time of a session", on: transports, control: true,
		run: func(a *attack) {
			const n, size = 20, 900_000 // which net/http takes
			before := a.state().Heap
			for i := range n {
				query, head := endpoint(a.transport, ""), header("X-Large: "+repeat("x", size))
				if i%2 == 1 {
					query, head = query+"&x="+repeat("x", size), ""
				}
				a.counted(1)
				if a.transport == websocket {
					_, _ = a.upgrade(query, strings.TrimSuffix(head, "\r\n")) // stays open, if it is taken
				} else {
					_ = a.request(http.MethodGet, query, head, "")
				}
			}
			require.LessOrEqual(a, a.state().Heap, before+n*100_000, "what is kept of %d handshakes", n)
		},
	},
	{
		id: "B12", name: "hosts that are none", on: transports, control: true,
		run: func(a *attack) {
			for _, host := range []string{"[::1", "a b", "::1]", "host:port", "a/b", "\x7f"} {
				a.mustRefuseHost(host)
			}
		},
	},
	{
		id: "B12", name: "handshakes of WebSockets that are wrong", on: []string{websocket}, control: true,
		run: func(a *attack) {
			times := 20
			if os.Getenv("EVERWIRE_COMPAT") != "" {
				times = 500 // ten kinds of them
			}
			for range times {
				for what, head := range wrongHandshakes(a.addr) {
					w := a.dial()
					got := w.request(http.MethodGet, endpoint(websocket, ""), head, "")
					_ = w.tcp.Close()
					require.Contains(a, []int{http.StatusBadRequest, http.StatusUpgradeRequired}, got.status, "%s: %s", what, got)
				}
			}
			require.LessOrEqual(a, a.stats().Sessions, bystanding)
		},
	},
}

// mustRefuseHost sends a handshake of the row's transport with that Host.
func (a *attack) mustRefuseHost(host string) {
	got := a.try(http.MethodGet, "EIO=4&transport="+a.transport, "Host: "+host)
	require.Equal(a, http.StatusBadRequest, got.status, "%s: %s", host, got)
}

func manyHeaders(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("X-H%d: %d", i, i)
	}
	return all
}

// wrongHandshakes are headers, each wrong in its own way.
func wrongHandshakes(addr string) map[string]string {
	right := header("Host: "+addr) + upgradeHead()
	change := func(old, new string) string {
		changed := strings.Replace(right, old, new, 1)
		if changed == right {
			panic("nothing to change: " + old)
		}
		return changed
	}
	const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	return map[string]string{
		"no key":             change(key, ""),
		"empty key":          change(key, "Sec-WebSocket-Key: \r\n"),
		"short key":          change(key, "Sec-WebSocket-Key: test\r\n"),
		"long key":           change(key, "Sec-WebSocket-Key: "+repeat("A", 4096)+"\r\n"),
		"key that is no key": change(key, "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n"),
		"no Host":            change("Host: "+addr, "X-No-Host: "+addr),
		"no version":         change("Sec-WebSocket-Version: 13\r\n", ""),
		"version 99":         change("Version: 13", "Version: 99"),
		"version 8":          change("Version: 13", "Version: 8"),
	}
}
