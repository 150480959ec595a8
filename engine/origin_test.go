// origin_test.go: which pages may talk to the server, and what browsers are told.

package engine_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

func TestOrigins(t *testing.T) {
	listed := []string{"http://good.example", "https://app.example:8443", "null", "app://localhost", "http://[2001:db8::1]"}
	for _, c := range []struct {
		name, host, origin, site string
		origins                  []string
		allowed                  bool
	}{
		{"no page", "chat.example", "", "", nil, true},
		{"same host", "chat.example", "http://chat.example", "", nil, true},
		{"same host, proxy ends TLS", "chat.example", "https://chat.example", "", nil, true},
		{"same host, capitals", "Chat.Example", "HTTP://CHAT.example", "", nil, true},
		{"default port in Origin", "chat.example", "http://chat.example:80", "", nil, true},
		{"default port in Host", "chat.example:443", "https://chat.example", "", nil, true},
		{"same port", "localhost:3000", "http://localhost:3000", "", nil, true},
		{"IPv6", "[::1]:3000", "http://[::1]:3000", "", nil, true},
		{"other port", "localhost:3000", "http://localhost:4000", "", nil, false},
		{"port of the other scheme", "chat.example:80", "https://chat.example", "", nil, false},
		{"other host", "chat.example", "http://evil.example", "", nil, false},
		{"subdomain", "chat.example", "http://sub.chat.example", "", nil, false},
		{"suffix", "chat.example", "http://chat.example.evil.example", "", nil, false},
		{"other scheme", "chat.example", "ftp://chat.example", "", nil, false},
		{"user", "chat.example", "http://x@chat.example", "", nil, false},
		{"null", "chat.example", "null", "", nil, false},
		{"rubbish", "chat.example", "chat.example", "", nil, false},
		{"rubbish with control characters", "chat.example", "http://chat.example\x01", "", nil, false},

		{"Sec-Fetch-Site same-origin", "inner:8080", "https://chat.example", "same-origin", nil, true},
		{"Sec-Fetch-Site none", "inner:8080", "https://chat.example", "none", nil, true},
		{"Sec-Fetch-Site same-site", "chat.example", "http://other.chat.example", "same-site", nil, false},
		{"Sec-Fetch-Site cross-site", "chat.example", "http://evil.example", "cross-site", nil, false},
		{"Sec-Fetch-Site is believed before Origin", "chat.example", "http://chat.example", "cross-site", nil, false},
		{"Sec-Fetch-Site unknown", "chat.example", "http://chat.example", "whatever", nil, false},
		{"image of another site", "chat.example", "", "cross-site", nil, false},
		{"image of the same site", "chat.example", "", "same-origin", nil, true},
		{"link", "chat.example", "", "none", nil, true},

		{"listed", "chat.example", "http://good.example", "", listed, true},
		{"listed, cross-site", "chat.example", "http://good.example", "cross-site", listed, true},
		{"listed, canonical", "chat.example", "HTTP://GOOD.EXAMPLE:80", "", listed, true},
		{"listed, scheme counts", "chat.example", "https://good.example", "", listed, false},
		{"listed, port", "chat.example", "https://app.example:8443", "", listed, true},
		{"listed, port missing", "chat.example", "https://app.example", "", listed, false},
		{"listed, backquote", "chat.example", "http://good.example`.evil.example", "", listed, false},
		{"listed, dollar", "chat.example", "http://good.example$.evil.example", "", listed, false},
		{"listed, suffix", "chat.example", "http://good.example.evil.example", "", listed, false},
		{"listed, prefix", "chat.example", "http://evil-good.example", "", listed, false},
		{"listed, user", "chat.example", "http://good.example@evil.example", "", listed, false},
		{"listed, path", "chat.example", "http://good.example/", "", listed, false},
		{"listed, query", "chat.example", "http://good.example?", "", listed, false},
		{"listed null", "chat.example", "null", "cross-site", listed, true},
		{"listed app", "chat.example", "app://localhost", "", listed, true},
		{"listed IPv6", "chat.example", "http://[2001:DB8::1]:80", "", listed, true},
		{"still the same host", "chat.example", "http://chat.example", "", listed, true},
		{"not listed", "chat.example", "http://evil.example", "", listed, false},

		{"any", "chat.example", "http://evil.example", "", []string{"*"}, true},
		{"any, null", "chat.example", "null", "cross-site", []string{"*"}, true},
		{"any, image", "chat.example", "", "cross-site", []string{"*"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, engine.Config{Origins: c.origins})
			page := func(r *http.Request) {
				r.Host = c.host
				if c.origin != "" {
					r.Header.Set("Origin", c.origin)
				}
				if c.site != "" {
					r.Header.Set("Sec-Fetch-Site", c.site)
				}
			}
			k := w.open() // by no page
			opened := w.do(http.MethodGet, handshake, "", page)
			k.say("x")
			polled, posted := k.poll(page), k.post("4y", page)
			if c.allowed {
				require.Equal(t, http.StatusOK, opened.Code)
				require.Equal(t, "4x", polled)
				require.Equal(t, "ok", posted)
				return
			}
			const forbidden = `Forbidden {"code":4,"message":"Forbidden"}`
			require.Equal(t, []string{forbidden, forbidden, forbidden}, []string{answer(opened), polled, posted})
			require.Empty(t, opened.Header().Get("Access-Control-Allow-Origin"))
			require.Empty(t, k.messages())
			require.Equal(t, "4x", k.poll(), "a refused page changes nothing")
		})
	}
}

func TestTwoOriginsAreRefused(t *testing.T) {
	w := newWorld(t, engine.Config{Origins: []string{"http://good.example"}})
	rec := w.do(http.MethodGet, handshake, "", func(r *http.Request) {
		r.Header["Origin"] = []string{"http://good.example", "http://good.example"}
	})
	require.Equal(t, http.StatusForbidden, rec.Code)
}

func TestWebSocketOrigin(t *testing.T) {
	w := newWorld(t, engine.Config{})
	rec := w.do(http.MethodGet, "?EIO=4&transport=websocket", "", asUpgrade, func(r *http.Request) {
		r.Header.Set("Origin", "http://evil.example")
	})
	require.Equal(t, http.StatusForbidden, rec.Code)
	require.Zero(t, w.srv.Sessions())
}

func TestConfigOrigins(t *testing.T) {
	for _, s := range []string{"", "app.example", "https://app.example/", "https://app.example?x", "https://a@b", "*.example", "https://", "//app.example", "https:app"} {
		_, err := engine.New(engine.Config{Origins: []string{s}}, &app{t: t}, memory{})
		require.ErrorContains(t, err, "Config.Origins", "%q", s)
	}
}

func crossOrigin(origin string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Origin", origin) }
}

func TestCORSHeaders(t *testing.T) {
	w := newWorld(t, engine.Config{Origins: []string{"http://good.example"}})
	for _, h := range []http.Header{
		w.do(http.MethodGet, handshake, "", crossOrigin("http://good.example")).Header(),
		w.do(http.MethodGet, handshake+"&sid=x", "", crossOrigin("http://good.example")).Header(), // refusals can be read too
	} {
		require.Equal(t, "http://good.example", h.Get("Access-Control-Allow-Origin"))
		require.Equal(t, "true", h.Get("Access-Control-Allow-Credentials"))
		require.Equal(t, []string{"Origin"}, h.Values("Vary"))
		require.Empty(t, h.Get("Access-Control-Allow-Methods"))
	}
	same := w.do(http.MethodGet, handshake, "").Header()
	require.Empty(t, same.Get("Access-Control-Allow-Origin"))

	any := newWorld(t, engine.Config{Origins: []string{"*"}})
	h := any.do(http.MethodGet, handshake, "", crossOrigin("http://any.example")).Header()
	require.Equal(t, "*", h.Get("Access-Control-Allow-Origin"))
	require.Empty(t, h.Get("Vary"))
	require.Empty(t, h.Get("Access-Control-Allow-Credentials"), "no cookies for pages that nobody named")
}

func TestPreflight(t *testing.T) {
	w := newWorld(t, engine.Config{Origins: []string{"http://good.example"}})
	rec := w.do(http.MethodOptions, handshake, "", crossOrigin("http://good.example"), func(r *http.Request) {
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "x-token")
	})
	require.Equal(t, http.StatusNoContent, rec.Code)
	require.Equal(t, http.Header{
		"Access-Control-Allow-Origin":      {"http://good.example"},
		"Access-Control-Allow-Credentials": {"true"},
		"Access-Control-Allow-Methods":     {"GET, POST"},
		"Access-Control-Allow-Headers":     {"x-token"},
		"Access-Control-Max-Age":           {"600"},
		"Vary":                             {"Origin", "Access-Control-Request-Headers"},
	}, rec.Header())
	require.Empty(t, rec.Body.String())

	require.Equal(t, http.StatusForbidden, w.do(http.MethodOptions, handshake, "", crossOrigin("http://evil.example")).Code)
	require.Equal(t, http.StatusBadRequest, w.do(http.MethodOptions, handshake, "").Code)
}

// The log says what to add, at most once a minute, with nothing of the client's
// making that a terminal would obey.
func TestRefusedOriginIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		w := newWorld(t, engine.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		for range 10 {
			w.do(http.MethodGet, handshake, "", crossOrigin("http://evil.example\n\x1b[31m"))
		}
		require.Equal(t, 1, strings.Count(log.String(), "\n"))
		require.Contains(t, log.String(), "http://evil.example")
		require.NotContains(t, log.String(), "\x1b")
		time.Sleep(61 * time.Second)
		w.do(http.MethodGet, handshake, "", crossOrigin("http://evil.example"))
		require.Equal(t, 2, strings.Count(log.String(), "\n"))
	})
}

func TestAnyOriginIsLogged(t *testing.T) {
	var log bytes.Buffer
	newWorld(t, engine.Config{Origins: []string{"*"}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.Contains(t, log.String(), "level=WARN")
}

// A proxy may blank a header instead of removing it: that is as if it were not sent.
func TestBlankFetchSite(t *testing.T) {
	w := newWorld(t, engine.Config{})
	blank := func(origin string) func(*http.Request) {
		return func(r *http.Request) {
			r.Host = "chat.example"
			r.Header["Sec-Fetch-Site"] = []string{""}
			r.Header.Set("Origin", origin)
		}
	}
	require.Equal(t, http.StatusOK, w.do(http.MethodGet, handshake, "", blank("http://chat.example")).Code)
	require.Equal(t, http.StatusForbidden, w.do(http.MethodGet, handshake, "", blank("http://evil.example")).Code)
}
