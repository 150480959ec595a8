// c_origins_test.go: rows C about settings: which origins are allowed, and what is warned of.

package hostile

import (
	"net/http"
	"reflect"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
)

// allows tells for each origin whether a server with these Origins lets its pages in, over polling and WebSocket. A
// server that does not start with them lets nobody in.
func (a *attack) allows(origins []string, want map[string]bool) {
	if _, err := everwire.New(everwire.Config{Origins: origins}); err != nil {
		return
	}
	a.host(everwire.Config{Origins: origins}, nil, func(g *guest) {
		g.web.Start()
		for origin, allowed := range want {
			status := map[string]int{polling: http.StatusForbidden, websocket: http.StatusForbidden}
			if allowed {
				status = map[string]int{polling: http.StatusOK, websocket: http.StatusSwitchingProtocols}
			}
			for transport, want := range status {
				got := g.asked(a, transport, endpoint(transport, ""), "Origin: "+origin)
				require.Equal(a, want, got.status, "Origins %q, Origin %q on %s", origins, origin, transport)
			}
		}
	})
}

// wildcardOrigins: there are no wildcards but "*" alone, so that one in a host matches no other host.
func wildcardOrigins(a *attack) {
	for _, pattern := range []string{"https://*.example.com", "https://*example.com", "*.example.com", "https://*"} {
		a.allows([]string{pattern}, map[string]bool{
			"https://evilexample.com":       false,
			"https://example.com":           false,
			"https://evil.com":              false,
			"https://x.example.com.evil":    false,
			"https://evil.com/.example.com": false,
		})
	}
}

func prefixOrigins(a *attack) {
	others := map[string]bool{
		"https://example.community":         false,
		"https://example.com.evil.net":      false,
		"https://example.com@evil.net":      false,
		"https://example.com:8443":          false,
		"http://example.com":                false,
		"https://sub.example.com":           false,
		"https://example.com%2eevil.net":    false,
		"https://example.com\\.evil.net":    false,
		"https://example.com/":              false,
		"https://xn--example-9d0b.com":      false,
		"https://example.com, https://evil": false,
	}
	a.allows([]string{"https://example.com*"}, others)
	others["https://example.com"] = true
	others["HTTPS://EXAMPLE.COM:443"] = true
	a.allows([]string{"https://example.com"}, others)
}

// mountedByHand: the origin is checked wherever the server is mounted, on every method.
func mountedByHand(a *attack) {
	byHand := func(h http.Handler) http.Handler {
		router := newRouter()
		router.Any("/socket.io/*any", gin.WrapH(h))
		return router
	}
	const evil = "Origin: http://evil.example"
	a.host(everwire.Config{}, byHand, func(g *guest) {
		g.web.Start()
		for _, transport := range []string{polling, websocket} {
			got := g.asked(a, transport, endpoint(transport, ""), evil)
			a.is(got, http.StatusForbidden, "")
			require.Empty(a, got.header.Get("Access-Control-Allow-Origin"))
		}
		open := g.asked(a, polling, endpoint(polling, ""))
		a.is(open, http.StatusOK, "")
		sid := between(open.body, `"sid":"`, `"`)
		a.is(g.asked(a, polling, endpoint(polling, sid), evil), http.StatusForbidden, "")
		a.is(g.asked(a, websocket, endpoint(websocket, sid), evil), http.StatusForbidden, "")
		require.Equal(a, 1, g.Sessions())
	})
}

// insecureSettings: each setting that lets strangers in is warned of once, when the server starts. A new field of Config
// with such a name has to be entered here.
func insecureSettings(a *attack) {
	insecure := map[string]everwire.Config{
		`Origins has \"*\"`:    {Origins: []string{"*"}},
		`Origins has \"null\"`: {Origins: []string{"null"}}, // any page can frame itself into having that
	}
	for warning, c := range insecure {
		a.host(c, nil, func(g *guest) {
			log := g.log.String()
			require.Equal(a, 1, strings.Count(log, "level=WARN"), "Config.Origins %q: %q", c.Origins, log)
			require.Contains(a, log, warning)
			g.web.Start()
		})
	}
	a.host(everwire.Config{Origins: []string{"https://good.example"}}, nil, func(g *guest) {
		require.Empty(a, g.log.String())
		g.web.Start()
	})
	for _, field := range reflect.VisibleFields(reflect.TypeFor[everwire.Config]()) {
		for _, word := range []string{"Insecure", "AllowAll", "Skip", "Disable", "Unsafe"} {
			require.NotContains(a, field.Name, word)
		}
	}
}
