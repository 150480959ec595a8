// limits_test.go: what one address, one client and one request may take up.

package engine_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/engine/eio"
)

func from(addr string) func(*http.Request) {
	return func(r *http.Request) { r.RemoteAddr = addr }
}

func unjoined(w *world) *world {
	w.onOpen = func(*engine.Session) error { return nil }
	return w
}

func TestUnjoinedPerAddress(t *testing.T) {
	const a, b, proxy = "192.0.2.1:1", "192.0.2.2:1", "10.1.2.3:1"
	w := unjoined(newWorld(t, engine.Config{MaxUnjoined: 3, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}))
	open := func(addr string) int { return w.do(http.MethodGet, handshake, "", from(addr)).Code }
	for range 3 {
		require.Equal(t, http.StatusOK, open(a))
	}
	first := w.last()
	require.Equal(t, `Too Many Requests {"code":4,"message":"Too many sessions without a namespace from this address"}`,
		answer(w.do(http.MethodGet, handshake, "", from("192.0.2.1:99"))), "whatever the port")
	require.Equal(t, http.StatusOK, open(b), "other addresses are not touched")
	for range 5 {
		require.Equal(t, http.StatusOK, open(proxy), "nor are proxies")
	}

	first.s.Joined()
	require.Equal(t, http.StatusOK, open(a), "who has joined is not counted")
	require.Equal(t, http.StatusTooManyRequests, open(a))
	w.last().s.Close(engine.ForcedClose)
	require.Equal(t, http.StatusTooManyRequests, open(a))
}

// A session gives its place back once, however it ends.
func TestUnjoinedEnds(t *testing.T) {
	w := unjoined(newWorld(t, engine.Config{MaxUnjoined: 1}))
	for i, end := range []func(*client){
		func(k *client) { require.Equal(t, "ok", k.post("1")) },
		func(k *client) { k.s.Close(engine.ForcedClose); require.Equal(t, "1", k.poll()) },
		func(k *client) { k.s.Joined(); require.Equal(t, "ok", k.post("1")) },
		func(k *client) { require.Equal(t, badRequest, k.post("x")) },
	} {
		k := w.open()
		if i != 2 {
			require.Equal(t, http.StatusTooManyRequests, w.do(http.MethodGet, handshake, "").Code)
		}
		end(k)
	}
	w.open()
	require.Equal(t, http.StatusTooManyRequests, w.do(http.MethodGet, handshake, "").Code)
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		name, one, other string
		same             bool
	}{
		{"IPv6 in one /64", "[2001:db8:1:2::1]:1", "[2001:db8:1:2:ffff::9]:1", true},
		{"IPv6 in two /64", "[2001:db8:1:2::1]:1", "[2001:db8:1:3::1]:1", false},
		{"IPv4 in IPv6", "[::ffff:192.0.2.1]:1", "192.0.2.1:1", true},
		{"two IPv4 in IPv6", "[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:1", false},
		{"unknown", "@", "@", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := unjoined(newWorld(t, engine.Config{MaxUnjoined: 1}))
			require.Equal(t, http.StatusOK, w.do(http.MethodGet, handshake, "", from(c.one)).Code)
			got := w.do(http.MethodGet, handshake, "", from(c.other)).Code
			require.Equal(t, c.same, got == http.StatusTooManyRequests)
		})
	}
}

// X-Forwarded-For is nothing unless the application says what to make of it.
func TestClientIP(t *testing.T) {
	forwarded := func(i int) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("X-Forwarded-For", fmt.Sprintf("::ffff:192.0.2.%d", i)) }
	}
	w := unjoined(newWorld(t, engine.Config{MaxUnjoined: 1}))
	require.Equal(t, http.StatusOK, w.do(http.MethodGet, handshake, "", forwarded(1)).Code)
	require.Equal(t, http.StatusTooManyRequests, w.do(http.MethodGet, handshake, "", forwarded(2)).Code)

	w = unjoined(newWorld(t, engine.Config{MaxUnjoined: 1, ClientIP: func(r *http.Request) netip.Addr {
		return netip.MustParseAddr(r.Header.Get("X-Forwarded-For"))
	}}))
	for i := range 3 {
		require.Equal(t, http.StatusOK, w.do(http.MethodGet, handshake, "", forwarded(i)).Code, i)
	}
	require.Equal(t, http.StatusTooManyRequests, w.do(http.MethodGet, handshake, "", forwarded(2)).Code)
}

func TestConfig(t *testing.T) {
	for name, c := range map[string]engine.Config{
		"PingInterval":   {PingInterval: -1},
		"PingTimeout":    {PingTimeout: -1},
		"ConnectTimeout": {ConnectTimeout: -1},
		"UpgradeTimeout": {UpgradeTimeout: -1},
		"MaxPayload":     {MaxPayload: -1},
		"MaxUnjoined":    {MaxUnjoined: -1},
	} {
		_, err := engine.New(c, &app{t: t}, memory{})
		require.ErrorContains(t, err, "Config."+name[:3], name)
	}
	_, err := engine.New(engine.Config{}, &app{t: t})
	require.ErrorContains(t, err, "no transports")
	require.Contains(t, newWorld(t, engine.Config{}).do(http.MethodGet, handshake, "").Body.String(), `"maxPayload":1000000`)
}

func bigText(n int) *engine.Message { return text(strings.Repeat("x", n)) }

const mib = 1 << 20

func TestSlowAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.dial("")
		k.take()
		s := w.last().s
		require.NoError(t, s.Send(bigText(9*mib)), "one message always fits")
		require.ErrorIs(t, s.Send(text("x")), engine.ErrSlow)
		require.ErrorIs(t, s.Send(text("x")), engine.ErrClosed)
		require.Equal(t, engine.SlowClient, w.last().closed())
		require.Equal(t, "end", k.take(), "what waited is lost")
		require.Zero(t, w.srv.Sessions())
	})
}

func TestSlowCountsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		k := w.dial("")
		s := w.last().s
		big, empty := bigText(2*mib-100), text("")
		for range 20 {
			require.NoError(t, s.Send(big))
			require.NoError(t, s.Send(big))
			k.take()
		}
		// A flood of empty messages is bounded too.
		n := 0
		for s.Send(empty) == nil {
			n++
		}
		require.Less(t, n, 200_000)
		require.Equal(t, engine.SlowClient, w.last().closed())
	})
}

func TestSlowForTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, engine.Config{})
		slow, busy, small := w.dial(""), (*socket)(nil), (*socket)(nil)
		slowApp := w.last()
		busy = w.dial("")
		busyApp := w.last()
		small = w.dial("")
		smallApp := w.last()
		for _, k := range []*socket{slow, busy, small} {
			k.take()
		}
		start := time.Now()
		require.NoError(t, slowApp.s.Send(bigText(mib)))
		require.NoError(t, smallApp.s.Send(bigText(mib-100)))
		for range 12 {
			require.NoError(t, busyApp.s.Send(bigText(mib+1)))
			time.Sleep(900 * time.Millisecond)
			require.NotEmpty(t, busy.take())
		}
		require.Equal(t, engine.SlowClient, slowApp.closed(), "after %v", time.Since(start))
		require.Empty(t, busyApp.closed())
		require.Empty(t, smallApp.closed())
	})
}

// A POST is handled all or not at all.
func TestPostAllOrNothing(t *testing.T) {
	w := newWorld(t, engine.Config{})
	for _, bad := range []string{"4a\x1ex", "4a\x1e", "4a\x1ebA", "", "\x1e4a", "4a\x1e\x1e4b"} {
		k := w.open()
		require.Equal(t, badRequest, k.post(bad))
		require.Empty(t, k.messages(), "%q", bad)
		require.Equal(t, engine.ParseError, k.closed())
		require.Equal(t, unknownSession, k.poll())
	}
	k := w.open()
	require.Equal(t, "ok", k.post("4a\x1ebAQI=\x1e4\x1e6\x1e4c"))
	require.Equal(t, []string{"4a", "bAQI=", "4", "4c"}, k.messages())
}

func TestPacketsOfAPost(t *testing.T) {
	w := newWorld(t, engine.Config{})
	k := w.open()
	require.Equal(t, "ok", k.post(strings.Repeat("4x\x1e", 999)+"4x"))
	require.Len(t, k.messages(), 1000)
	require.Equal(t, "Request Entity Too Large", k.post(strings.Repeat("4x\x1e", 1000)+"4x"))
	require.Len(t, k.messages(), 1000)
	require.Equal(t, "ok", k.post("4still open"))
}

// What follows a packet that the application refuses is dropped, and the session
// ends after what it was sent.
func TestReceiverError(t *testing.T) {
	w := newWorld(t, engine.Config{})
	w.onReceive = func(s *engine.Session, p eio.Packet) error {
		if string(p.Data) == "bad" {
			return fmt.Errorf("bad packet")
		}
		return s.Send(text("heard"))
	}
	k := w.open()
	require.Equal(t, "ok", k.post("4good\x1e4bad\x1e4more"))
	require.Equal(t, []string{"4good", "4bad"}, k.messages())
	require.Equal(t, engine.ParseError, k.closed())
	require.Equal(t, "4heard", k.poll())
	require.Equal(t, "1", k.poll())
	require.Equal(t, unknownSession, k.poll())
}
