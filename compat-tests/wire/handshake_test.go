// handshake_test.go: what the OPEN packet says, and what the application learns of the request.

package wire

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
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
		{name: "no upgrades without websocket", on: options{Transports: []string{polling}}, check: upgradesAre()},
		{name: "polling alone refuses websocket", on: options{Transports: []string{polling}}, check: transportIsOff(websocket)},
		{name: "websocket alone refuses polling", on: options{Transports: []string{websocket}}, check: transportIsOff(polling)},
		{name: "no upgrades of websocket", check: upgradesOfWebsocket},
		{name: "session IDs differ and are no socket IDs", check: idsDiffer},
		{name: "parameters that the protocol does not know", check: unknownParameters},
	})
}

// rawOpen returns the OPEN packet.
func rawOpen(p peer) string {
	if w, ok := p.(*wsPeer); ok {
		return w.raw
	}
	return p.(*pollPeer).raw
}

func openKeys(s *server) {
	raw := rawOpen(s.open())
	fields := map[string]json.RawMessage{}
	require.NoError(s.t, json.Unmarshal([]byte(raw[1:]), &fields))
	keys := make([]string, 0, len(fields))
	for k := range fields {
		keys = append(keys, k)
	}
	require.ElementsMatch(s.t, []string{"sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"}, keys)
}

func openDefaults(s *server) {
	open := s.parseOpen(rawOpen(s.open()))
	require.Equal(s.t, []int64{25000, 20000, 1000000}, []int64{open.PingInterval, open.PingTimeout, open.MaxPayload})
}

func openOptions(s *server) {
	open := s.parseOpen(rawOpen(s.open()))
	require.Equal(s.t, []int64{1234, 5678, 4321}, []int64{open.PingInterval, open.PingTimeout, open.MaxPayload})
}

func upgradesAre(want ...string) func(*server) {
	return func(s *server) {
		require.Equal(s.t, append([]string{}, want...), s.parseOpen(s.poll("").raw).Upgrades)
	}
}

func upgradesOfWebsocket(s *server) {
	require.Equal(s.t, []string{}, s.parseOpen(s.websocket("").raw).Upgrades)
}

func transportIsOff(transport string) func(*server) {
	return func(s *server) {
		require.Equal(s.t, unknownTransport, s.request("GET", "EIO=4&transport="+transport, "").String())
	}
}

func idsDiffer(s *server) {
	seen := map[string]bool{}
	for range 20 {
		p := s.poll("")
		socket := s.enter(p, "/", "")
		require.Len(s.t, socket, 20, "public IDs have 20 characters")
		for _, id := range []string{p.sid, socket} {
			require.False(s.t, seen[id], "%s twice", id)
			require.Equal(s.t, id, url.QueryEscape(id), "needs no escaping")
			seen[id] = true
		}
	}
}

func unknownParameters(s *server) {
	p := s.poll("&t=abc123&b64=1&a=b&c")
	s.enter(p, "/", "")
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

func (s *server) learn(p peer, prefix string) (l learned) {
	s.t.Helper()
	p.send("42" + prefix + `7["handshake"]`)
	data, ok := strings.CutPrefix(p.next(), "43"+prefix+"7")
	require.True(s.t, ok)
	answer := []any{&l}
	require.NoError(s.t, json.Unmarshal([]byte(data), &answer))
	return l
}

func (s *server) openWith(more string, header ...string) peer {
	if s.over == websocket {
		return s.websocket(more, header...)
	}
	return s.poll(more, header...)
}

func handshakeIsSeen(s *server) {
	p := s.openWith("&token=a%20b&empty=", "X-Extra", "yes")
	s.enter(p, "/", `{"user":"ann"}`)
	want := learned{
		Query:   map[string]string{"EIO": "4", "transport": s.over, "token": "a b", "empty": ""},
		Extra:   "yes",
		Address: "127.0.0.1",
		URL:     fmt.Sprintf("%s?EIO=4&transport=%s&token=a%%20b&empty=", s.path, s.over),
		Auth:    map[string]string{"user": "ann"},
		Recent:  true,
	}
	require.Equal(s.t, want, s.learn(p, ""))
}

func authPerNamespace(s *server) {
	p := s.openWith("&token=1")
	s.enter(p, "/a", `{"user":"ann"}`)
	s.enter(p, "/b", `{"user":"bob"}`)
	s.enter(p, "/", "")
	for prefix, user := range map[string]map[string]string{"/a,": {"user": "ann"}, "/b,": {"user": "bob"}, "": {}} {
		l := s.learn(p, prefix)
		require.Equal(s.t, user, l.Auth, prefix)
		require.Equal(s.t, "1", l.Query["token"], prefix)
	}
}

func crossDomain(s *server) {
	p := s.openWith("", "Origin", "http://"+s.addr)
	s.enter(p, "/", "")
	require.True(s.t, s.learn(p, "").XDomain)
	p = s.openWith("")
	s.enter(p, "/", "")
	require.False(s.t, s.learn(p, "").XDomain)
}

func noCookie(s *server) {
	if s.over == websocket {
		_, resp := s.dial(newWebsocket)
		require.Empty(s.t, resp.Cookies())
		return
	}
	require.Empty(s.t, s.request("GET", newPolling, "").header.Values("Set-Cookie"))
}
