// verification_test.go: which requests are refused, and how.

package wire

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

// The refusals of the protocol.
const (
	unknownTransport = `400 {"code":0,"message":"Transport unknown"}`
	badMethod        = `400 {"code":2,"message":"Bad handshake method"}`
	badRequest       = `400 {"code":3,"message":"Bad request"}`
	badVersion       = `400 {"code":5,"message":"Unsupported protocol version"}`
)

func verification() []row {
	return slices.Concat(refusedRequests(), refusedUpgrades(), []row{
		{name: "polling sid over websocket without Upgrade", check: pollingSIDWithoutUpgrade},
		{name: "websocket sid over polling", check: websocketSIDOverPolling},
		{name: "Origin with a control character", check: controlCharacterInOrigin},
		{name: "Origin of another host", check: foreignOrigin},
		{name: "Origin of another host over websocket", check: foreignOriginOverWebsocket},
		{name: "sid twice in the query", check: sidTwice},
		{name: "EIO=3 over websocket", check: oldVersionOverWebsocket},
		{name: "garbage behind an upgrade request", check: garbageBehindUpgrade},
	})
}

func refusedRequests() (rows []row) {
	for _, r := range []struct{ name, method, query, want string }{
		{"transport=abc", "GET", "EIO=4&transport=abc", unknownTransport},
		{"no transport", "GET", "EIO=4", unknownTransport},
		{"transport=constructor", "GET", "EIO=4&transport=constructor", unknownTransport},
		{"transport=__proto__", "GET", "EIO=4&transport=__proto__", unknownTransport},
		{"unknown sid", "GET", peer.NewPolling + "&sid=zzz", peer.UnknownSID},
		{"POST to an unknown sid", "POST", peer.NewPolling + "&sid=zzz", peer.UnknownSID},
		{"POST without sid", "POST", peer.NewPolling, badMethod},
		{"OPTIONS without sid", "OPTIONS", peer.NewPolling, badMethod},
		{"PUT without sid", "PUT", peer.NewPolling, badMethod},
		{"DELETE without sid", "DELETE", peer.NewPolling, badMethod},
		{"websocket without Upgrade", "GET", "EIO=4&transport=websocket", badRequest},
		{"no EIO", "GET", "transport=polling", badVersion},
		{"EIO=abc", "GET", "EIO=abc&transport=polling", badVersion},
		{"EIO=3", "GET", "EIO=3&transport=polling", badVersion},
	} {
		rows = append(rows, row{name: r.name, check: func(s *server) {
			a := s.Request(r.method, r.query, "")
			require.Equal(s.T, r.want, a.String())
			require.Equal(s.T, "application/json", a.Header.Get("Content-Type"))
		}})
	}
	return rows
}

// refusedUpgrades are told by the text alone, and the connection ends.
func refusedUpgrades() (rows []row) {
	for _, r := range []struct{ name, query, want string }{
		{"upgrade of an unknown sid", "EIO=4&transport=websocket&sid=zzz", "Session ID unknown"},
		{"upgrade to an unknown transport", "EIO=4&transport=abc", "Transport unknown"},
	} {
		rows = append(rows, row{name: r.name, check: func(s *server) {
			w, resp := s.DialWebsocket(r.query)
			body, err := io.ReadAll(resp.Body)
			require.NoError(s.T, err)
			require.Equal(s.T, "400 "+r.want, fmt.Sprint(resp.StatusCode, " ", string(body)))
			require.Equal(s.T, "text/html", resp.Header.Get("Content-Type"))
			require.True(s.T, resp.Close, "Connection: close")
			_, err = w.In.ReadByte()
			require.Equal(s.T, io.EOF, err, "the connection goes on")
		}})
	}
	return rows
}

func pollingSIDWithoutUpgrade(s *server) {
	p := s.Poll("")
	a := s.Request("GET", "EIO=4&transport=websocket&sid="+p.SID, "")
	require.Equal(s.T, badRequest, a.String())
	s.Enter(p, "/", "")
}

func websocketSIDOverPolling(s *server) {
	w := s.Websocket("")
	require.Equal(s.T, badRequest, s.Request("GET", peer.NewPolling+"&sid="+w.SID, "").String())
	s.Enter(w, "/", "")
}

func controlCharacterInOrigin(s *server) {
	c := s.TCP()
	_, err := fmt.Fprintf(c, "GET %s?%s HTTP/1.1\r\nHost: %s\r\nOrigin: http://a\x01b\r\n\r\n", s.Path, peer.NewPolling, s.Addr)
	require.NoError(s.T, err)
	b, err := io.ReadAll(io.LimitReader(c, 12))
	require.NoError(s.T, err)
	require.Equal(s.T, "HTTP/1.1 400", string(b))
}

func foreignOrigin(s *server) {
	a := s.Request("GET", peer.NewPolling, "", "Origin", "http://elsewhere.example")
	body, _, _ := strings.Cut(a.String(), `"sid"`)
	require.Equal(s.T, s.want("handshake of a page of another origin"), body)
	require.Empty(s.T, a.Header.Get("Access-Control-Allow-Origin"))
}

func foreignOriginOverWebsocket(s *server) {
	_, resp := s.DialWebsocket(peer.NewWebsocket, "Origin", "http://elsewhere.example")
	require.Equal(s.T, s.want("WebSocket of a page of another origin"), fmt.Sprint(resp.StatusCode))
}

func sidTwice(s *server) {
	a := s.Request("GET", peer.NewPolling+"&sid=zzz&sid=yyy", "")
	require.Equal(s.T, s.want("a parameter twice in the query"), a.String())
}

func oldVersionOverWebsocket(s *server) {
	w, resp := s.DialWebsocket("EIO=3&transport=websocket")
	if resp.StatusCode == http.StatusSwitchingProtocols {
		first, _, err := w.Receive()
		require.True(s.T, err != nil || first != 0x80|peer.OpText, "a session was opened")
	}
	require.Equal(s.T, s.want("WebSocket with an old version"), fmt.Sprint(resp.StatusCode))
}

func garbageBehindUpgrade(s *server) {
	other := s.join()
	c := s.TCP()
	_, err := fmt.Fprintf(c, "GET %s?%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n%s",
		s.Path, peer.NewWebsocket, s.Addr, strings.Repeat("\xff", 64))
	require.NoError(s.T, err)
	_, err = io.Copy(io.Discard, c)
	require.NoError(s.T, err, "the connection goes on")
	s.alive(other)
}
