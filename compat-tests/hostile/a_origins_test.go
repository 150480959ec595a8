// a_origins_test.go: pages of other sites.

package hostile

import (
	"net/http"

	"github.com/stretchr/testify/require"
)

var rowsOrigins = []row{
	{
		id: "A2", name: "a page of another site opens a session", on: []string{polling, sse}, control: true, lines: 2,
		run: func(a *attack) {
			a.mustForbid(a.try(http.MethodGet, "EIO=4&transport="+a.transport, "Origin: http://evil.example"))
			a.mustForbid(a.try(http.MethodGet, "EIO=4&transport="+a.transport, "Sec-Fetch-Site: cross-site"))
			require.LessOrEqual(a, a.stats().Sessions, bystanding)
		},
	},
	{
		id: "A3", name: "a page of another site opens a session, with cookies", on: transports, control: true, lines: 2,
		run: func(a *attack) {
			got := a.try(http.MethodGet, "EIO=4&transport="+a.transport, "Origin: http://evil.example", "Cookie: user=victim")
			require.False(a, got.switching(), "the WebSocket is accepted")
			a.mustForbid(got)
			require.LessOrEqual(a, a.stats().Sessions, bystanding)
		},
	},
	{
		id: "A3", name: "a page of another site uses the session of a victim", on: []string{polling, sse}, control: true, lines: 2,
		run: func(a *attack) {
			s := a.join()
			evil := header("Origin: http://evil.example")
			a.mustForbid(a.request(http.MethodGet, s.endpoint(), evil, ""))
			a.mustForbid(a.request(http.MethodPost, s.endpoint(), evil, `42["e","`+a.marker+`"]`))
			got, _ := a.upgrade(endpoint(websocket, s.sid), "Origin: http://evil.example")
			a.mustForbid(got)
			require.Empty(a, a.events())
			s.mustLive()
		},
	},
	{
		id: "A4", name: "origins that look like an allowed one", on: transports, control: true, lines: 2,
		settings: settings{Origins: []string{"http://good.example"}},
		run: func(a *attack) {
			query := "EIO=4&transport=" + a.transport
			for _, origin := range []string{
				"http://good.example`.evil.example",
				"http://good.example$.evil.example",
				"http://good.example.evil.example",
				"http://evil-good.example",
				"http://good.example@evil.example",
				"http://evil.example#http://good.example",
				"http://good.example:8080",
				"https://good.example",
				"null",
			} {
				got := a.try(http.MethodGet, query, "Origin: "+origin)
				require.Equal(a, http.StatusForbidden, got.status, "%s: %s", origin, got)
				a.mustForbid(got)
			}
			for _, origin := range []string{"http://good.example", "HTTP://GOOD.EXAMPLE:80"} {
				got := a.try(http.MethodGet, query, "Origin: "+origin)
				require.Contains(a, []int{http.StatusOK, http.StatusSwitchingProtocols}, got.status, "%s: %s", origin, got)
				if a.transport != websocket {
					require.Equal(a, origin, got.header.Get("Access-Control-Allow-Origin"))
				}
			}
		},
	},
}

func (a *attack) mustForbid(got answer) {
	a.Helper()
	require.Equal(a, http.StatusForbidden, got.status, "%s", got)
	require.Empty(a, got.header.Get("Access-Control-Allow-Origin"))
}
