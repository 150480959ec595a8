// sticky_test.go: several servers behind a proxy.

package proxies

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// TestSticky opens sessions through the documented configurations for several servers: each stays with one server, and both
// servers get some.
func TestSticky(t *testing.T) {
	needs(t, append(kinds, "node")...)
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b1, b2 := newBackend(t, everwire.Config{}, nil), newBackend(t, everwire.Config{}, nil)
			p := startProxy(t, kind, recommendedForSeveral(t, kind), b1.Addr, b2.Addr)
			const clients = 8
			for i := range clients {
				c := p.poller(t, fmt.Sprintf("127.0.%d.1", i+1)) // ip_hash looks at the first three numbers
				c.http.Jar, _ = cookiejar.New(nil)
				c.open(t)
				for range 10 {
					require.Equal(t, "ok", c.post(t, `420["say","here"]`).body)
					require.Equal(t, `430["here"]`, c.get(t, "transport=polling").body)
				}
			}
			require.Equal(t, clients, b1.sessions()+b2.sessions())
			require.Positive(t, b1.sessions(), "the first server got nothing")
			require.Positive(t, b2.sessions(), "the second server got nothing")
			for i := range 6 {
				c := newEventSource(t, p.URL(), &http.Transport{}, i%2 == 1)
				c.http.Jar, _ = cookiejar.New(nil)
				c.open()
				for range 10 {
					c.post(`420["say","streamed"]`)
					packet, err := c.next(patience)
					require.NoError(t, err)
					require.Equal(t, `430["streamed"]`, packet)
				}
			}
			for _, mode := range []string{"polling", "websocket", "upgrade"} {
				c := client{url: p.URL(), control: b1.Control, mode: mode, steps: []string{"echo", "order"}}
				r := c.run(t)
				require.Empty(t, r.Refused+r.UpgradeError+r.Error, mode)
				require.Equal(t, tally{Received: 200}, r.Up, mode)
			}
		})
	}
}

// TestNotSticky takes what makes them sticky out of those configurations. Clients of long-polling are told what is wrong, those
// that use WebSocket only are well.
func TestNotSticky(t *testing.T) {
	needs(t, append(kinds, "node")...)
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			config := recommendedForSeveral(t, kind)
			sticky := map[string][2]string{
				"nginx":   {"    ip_hash;\n", ""},
				"haproxy": {"    cookie everwire insert indirect nocache httponly\n", "    balance roundrobin\n"},
				"caddy":   {"lb_policy cookie everwire", "lb_policy round_robin"},
			}[kind]
			config = replace(t, config, sticky[0], sticky[1])
			b1, b2 := newBackend(t, everwire.Config{}, nil), newBackend(t, everwire.Config{}, nil)
			p := startProxy(t, kind, config, b1.Addr, b2.Addr)

			raw := p.poller(t, "127.0.0.1")
			raw.sid = "&sid=" + sidOf(t, raw.get(t, "transport=polling"))
			var statuses []string
			for range 4 {
				a := raw.post(t, "40")
				statuses = append(statuses, fmt.Sprint(a.status, " ", a.body))
			}
			assert.Contains(t, statuses, `400 {"code":1,"message":"Session ID unknown"}`)

			for _, mode := range []string{"polling", "upgrade"} {
				r := client{url: p.URL(), control: b1.Control, mode: mode, steps: []string{"order"}}.run(t)
				t.Logf("%s, round robin, %s: refused: %q, error: %q", kind, mode, r.Refused, r.Error)
				assert.Contains(t, r.Refused, `Session ID unknown`, mode)
			}
			for range 4 {
				r := client{url: p.URL(), control: b1.Control, mode: "websocket", steps: []string{"echo", "order"}}.run(t)
				assert.Empty(t, r.Refused+r.Error)
				assert.Equal(t, tally{Received: 200}, r.Up)
			}
		})
	}
}

// TestBalanceSource is the documented choice for clients without cookies behind haproxy.
func TestBalanceSource(t *testing.T) {
	needs(t, "haproxy")
	t.Parallel()
	config := replace(t, recommendedForSeveral(t, "haproxy"), "cookie everwire insert indirect nocache httponly", "balance source")
	config = strings.NewReplacer(" cookie a", "", " cookie b", "").Replace(config)
	b1, b2 := newBackend(t, everwire.Config{}, nil), newBackend(t, everwire.Config{}, nil)
	p := startProxy(t, "haproxy", config, b1.Addr, b2.Addr)
	for i := range 8 {
		p.poller(t, fmt.Sprintf("127.0.0.%d", i+1)).open(t)
	}
	require.Positive(t, b1.sessions(), "the first server got nothing")
	require.Positive(t, b2.sessions(), "the second server got nothing")
}

// TestHashAddress is the documented choice for clients of few networks behind nginx.
func TestHashAddress(t *testing.T) {
	needs(t, "nginx")
	t.Parallel()
	config := replace(t, recommendedForSeveral(t, "nginx"), "ip_hash;", "hash $remote_addr consistent;")
	b1, b2 := newBackend(t, everwire.Config{}, nil), newBackend(t, everwire.Config{}, nil)
	p := startProxy(t, "nginx", config, b1.Addr, b2.Addr)
	for i := range 8 {
		p.poller(t, fmt.Sprintf("127.0.0.%d", i+1)).open(t)
	}
	require.Positive(t, b1.sessions(), "the first server got nothing")
	require.Positive(t, b2.sessions(), "the second server got nothing")
}

// TestCrossSiteCookie is the documented cookie for pages of other origins.
func TestCrossSiteCookie(t *testing.T) {
	needs(t, "haproxy")
	t.Parallel()
	config := replace(t, recommendedForSeveral(t, "haproxy"), "nocache httponly", "nocache httponly secure attr SameSite=None")
	b := newBackend(t, everwire.Config{}, nil)
	p := startProxy(t, "haproxy", config, b.Addr, b.Addr)
	c := p.securePoller(t)
	res, err := c.http.Do(c.request(t, "GET", "transport=polling", ""))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Len(t, res.Cookies(), 1)
	cookie := res.Cookies()[0]
	require.True(t, cookie.Secure && cookie.HttpOnly && cookie.SameSite == http.SameSiteNoneMode, cookie)
}

// sidOf is the session ID in the answer to a handshake.
func sidOf(t *testing.T, a answer) string {
	t.Helper()
	require.Equal(t, http.StatusOK, a.status, a.body)
	_, rest, ok := strings.Cut(a.body, `"sid":"`)
	require.True(t, ok, a.body)
	sid, _, ok := strings.Cut(rest, `"`)
	require.True(t, ok, a.body)
	return sid
}
