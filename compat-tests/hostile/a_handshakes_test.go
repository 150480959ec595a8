// a_handshakes_test.go: requests with parameters that nobody should send.

package hostile

import (
	"net/http"

	"github.com/stretchr/testify/require"
)

var rowsHandshakes = []row{
	{
		id: "A13", name: "1,000 refused upgrades, whose connections are reset", on: []string{websocket}, control: true,
		run: func(a *attack) {
			for i := range 1_000 {
				w := a.dial()
				require.NoError(a, w.send(http.MethodGet, endpoint(websocket, "nope"), upgradeHead(), ""))
				if i%2 == 1 {
					got := w.answer(http.MethodGet)
					require.Equal(a, http.StatusBadRequest, got.status, "%s", got)
				}
				w.reset()
			}
		},
	},
	{
		id: "A14", name: "transports that there are not", on: transports, control: true,
		run: func(a *attack) {
			queries := []string{
				"EIO=4&transport=foo", "EIO=4&transport=", "EIO=4", "EIO=4&transport=__proto__", "EIO=4&transport=constructor", "",
				"EIO=4&transport[]=polling", "%", "&&&=&=", "EIO=4&transport=" + a.marker,
			}
			if a.transport == websocket {
				queries = append(queries, "EIO=4&transport=polling")
			} else {
				queries = append(queries, "EIO=4&transport=websocket")
			}
			for _, q := range queries {
				got := a.try(http.MethodGet, q)
				require.Equal(a, http.StatusBadRequest, got.status, "%q: %s", q, got)
			}
			require.LessOrEqual(a, a.stats().Sessions, bystanding)
		},
	},
	{
		id: "A14", name: "two transports at once", on: transports, control: true,
		run: func(a *attack) {
			for _, q := range []string{
				"EIO=4&transport=websocket&transport=polling", "EIO=4&transport=polling&transport=websocket",
				"EIO=4&transport=sse&transport=" + a.transport, "EIO=4&transport=" + a.transport + "&transport=sse",
			} {
				got := a.try(http.MethodGet, q)
				require.Equal(a, http.StatusBadRequest, got.status, "%q: %s", q, got)
			}
			require.LessOrEqual(a, a.stats().Sessions, bystanding)
		},
	},
	{
		id: "A15", name: "session IDs that are names of a prototype, paths and rubbish", on: transports, control: true,
		run: func(a *attack) {
			for _, sid := range []string{
				"__proto__", "constructor", "hasOwnProperty", "toString", "valueOf", "prototype", repeat("a", 10_000), "%00", "..%2Fx", "../x",
				"%ff%fe", "%", "%zz", "'", "%0d%0a", "{}", "*",
			} {
				a.mustBeNoSession(sid)
			}
		},
	},
	{
		id: "A15", name: "a session ID that is not UTF-8", on: []string{polling, websocket, sse}, // Node's parser answers by itself
		run: func(a *attack) { a.mustBeNoSession("\xff\xfe") },
	},
	{
		id: "A15", name: "an empty session ID", on: transports, control: true,
		run: func(a *attack) {
			a.counted(1)
			got := a.try(http.MethodGet, "EIO=4&transport="+a.transport+"&sid=")
			require.Contains(a, []int{http.StatusOK, http.StatusSwitchingProtocols}, got.status, "as in the official server, it is none: %s", got)
		},
	},
	{
		id: "A17", name: "an upgrade with another version of the protocol", on: []string{polling, sse}, control: true,
		settings: settings{PingInterval: 100}, waits: true,
		run: func(a *attack) {
			for _, query := range []string{"", "EIO=3&", "EIO=4&EIO=3&", "EIO=5&", "EIO=&"} {
				s := a.join()
				got, _ := a.upgrade("/socket.io/?" + query + "transport=websocket&sid=" + s.sid)
				require.Equal(a, http.StatusBadRequest, got.status, "%q: %s", query, got)
				for range 2 {
					packet, err := s.tryNext()
					require.NoError(a, err)
					require.Equal(a, "2", packet, "a heartbeat")
					s.send("3")
				}
				s.mustLive()
			}
		},
	},
	{
		id: "A17", name: "a POST with another version of the protocol", on: []string{polling, sse},
		run: func(a *attack) {
			for _, query := range []string{"EIO=3&", "EIO=4&EIO=3&", "EIO=5&"} {
				s := a.join()
				got := a.request(http.MethodPost, "/socket.io/?"+query+"transport="+a.transport+"&sid="+s.sid, "", `42["e"]`)
				require.Equal(a, http.StatusBadRequest, got.status, "%q: %s", query, got)
				s.mustLive()
			}
			require.Empty(a, a.events())
		},
	},
}

// mustBeNoSession tries a session ID with all methods that the transport has.
func (a *attack) mustBeNoSession(sid string) {
	short := sid[:min(20, len(sid))]
	if a.transport == websocket {
		got, _ := a.upgrade(endpoint(websocket, sid))
		require.Equal(a, http.StatusBadRequest, got.status, "%q: %s", short, got)
		require.Contains(a, got.body, "Session ID unknown", "%q", short)
		return
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		got := a.request(method, endpoint(a.transport, sid), "", "")
		require.Equal(a, http.StatusBadRequest, got.status, "%s %q: %s", method, short, got)
		require.Equal(a, 1, got.code(), "%s %q: %s", method, short, got)
	}
}
