// handshake_test.go: what the OPEN packet says, and what the application learns of the request.

package wire

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

func handshake() []row {
	return slices.Concat(inBoth(
		row{name: "OPEN has the official keys and no others", check: openKeys},
		row{name: "defaults", check: openDefaults},
		row{name: "options", on: options{PingInterval: 1234, PingTimeout: 5678, MaxPayload: 4321}, check: openOptions},
		row{name: "query, header, address and auth are seen", check: handshakeIsSeen},
		row{name: "auth per namespace, query of the first request", check: authPerNamespace},
		row{name: "xdomain tells of an Origin header", check: crossDomain},
		row{name: "no cookie by default", check: noCookie},
	), []row{
		{name: "upgrades of polling", check: upgradesAre("websocket")},
		{name: "no upgrades when they are off", on: options{NoUpgrade: true}, check: upgradesAre()},
		{name: "no upgrades without websocket", on: options{Transports: []string{peer.Polling}}, check: upgradesAre()},
		{name: "polling alone refuses websocket", on: options{Transports: []string{peer.Polling}}, check: transportIsOff(peer.Websocket)},
		{name: "websocket alone refuses polling", on: options{Transports: []string{peer.Websocket}}, check: transportIsOff(peer.Polling)},
		{name: "no upgrades of websocket", check: upgradesOfWebsocket},
		{name: "session IDs differ and are no socket IDs", check: idsDiffer},
		{name: "parameters that the protocol does not know", check: unknownParameters},
	})
}

func openKeys(s *server) {
	raw := s.open().Opened()
	fields := map[string]json.RawMessage{}
	require.NoError(s.T, json.Unmarshal([]byte(raw[1:]), &fields))
	keys := make([]string, 0, len(fields))
	for k := range fields {
		keys = append(keys, k)
	}
	require.ElementsMatch(s.T, []string{"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}, keys)
}

func openDefaults(s *server) {
	open := s.ParseOpen(s.open().Opened())
	require.Equal(s.T, []int64{25000, 20000, 1000000}, []int64{open.PingInterval, open.PingTimeout, open.MaxPayload})
}

func openOptions(s *server) {
	open := s.ParseOpen(s.open().Opened())
	require.Equal(s.T, []int64{1234, 5678, 4321}, []int64{open.PingInterval, open.PingTimeout, open.MaxPayload})
}

func upgradesAre(want ...string) func(*server) {
	return func(s *server) {
		require.Equal(s.T, append([]string{}, want...), s.ParseOpen(s.Poll("").Opened()).Upgrades)
	}
}

func upgradesOfWebsocket(s *server) {
	require.Equal(s.T, []string{}, s.ParseOpen(s.Websocket("").Opened()).Upgrades)
}

func transportIsOff(transport string) func(*server) {
	return func(s *server) {
		require.Equal(s.T, unknownTransport, s.Request("GET", "EIO=4&transport="+transport, "").String())
	}
}

func idsDiffer(s *server) {
	seen := map[string]bool{}
	for range 20 {
		p := s.Poll("")
		socket := s.Enter(p, "/", "")
		require.Len(s.T, socket, 20, "public IDs have 20 characters")
		for _, id := range []string{p.SID, socket} {
			require.False(s.T, seen[id], "%s twice", id)
			require.Equal(s.T, id, url.QueryEscape(id), "needs no escaping")
			seen[id] = true
		}
	}
}

func unknownParameters(s *server) {
	p := s.Poll("&t=abc123&b64=1&a=b&c")
	s.Enter(p, "/", "")
}

// learned is what the application learned of the handshake.
type learned struct {
	Query   map[string]string
	Extra   string
	Address string
	Secure  bool
	URL     string
	Auth    map[string]string
	XDomain bool
	Recent  bool
}

func (s *server) learn(p peer.Peer, prefix string) (l learned) {
	s.T.Helper()
	p.Send("42" + prefix + `7["handshake"]`)
	data, ok := strings.CutPrefix(p.Next(), "43"+prefix+"7")
	require.True(s.T, ok)
	answer := []any{&l}
	require.NoError(s.T, json.Unmarshal([]byte(data), &answer))
	return l
}

func handshakeIsSeen(s *server) {
	p := s.Open(s.over, "&token=a%20b&empty=", "X-Extra", "yes")
	s.Enter(p, "/", `{"user":"ann"}`)
	want := learned{
		Query:   map[string]string{"EIO": "4", "transport": s.over, "token": "a b", "empty": ""},
		Extra:   "yes",
		Address: "127.0.0.1",
		URL:     fmt.Sprintf("%s?EIO=4&transport=%s&token=a%%20b&empty=", s.Path, s.over),
		Auth:    map[string]string{"user": "ann"},
		Recent:  true,
	}
	require.Equal(s.T, want, s.learn(p, ""))
}

func authPerNamespace(s *server) {
	p := s.Open(s.over, "&token=1")
	s.Enter(p, "/a", `{"user":"ann"}`)
	s.Enter(p, "/b", `{"user":"bob"}`)
	s.Enter(p, "/", "")
	for prefix, user := range map[string]map[string]string{"/a,": {"user": "ann"}, "/b,": {"user": "bob"}, "": {}} {
		l := s.learn(p, prefix)
		require.Equal(s.T, user, l.Auth, prefix)
		require.Equal(s.T, "1", l.Query["token"], prefix)
	}
}

func crossDomain(s *server) {
	p := s.Open(s.over, "", "Origin", s.Base())
	s.Enter(p, "/", "")
	require.True(s.T, s.learn(p, "").XDomain)
	p = s.open()
	s.Enter(p, "/", "")
	require.False(s.T, s.learn(p, "").XDomain)
}

func noCookie(s *server) {
	if s.over == peer.Websocket {
		_, resp := s.DialWebsocket(peer.NewWebsocket)
		require.Empty(s.T, resp.Cookies())
		return
	}
	require.Empty(s.T, s.Request("GET", peer.NewPolling, "").Header.Values("Set-Cookie"))
}
