// verification_test.go: which requests are refused, and how.

package wire

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

// The refusals of the protocol.
const (
	unknownTransport = `400 {"code":0,"message":"Transport unknown"}`
	unknownSID       = `400 {"code":1,"message":"Session ID unknown"}`
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
		{"unknown sid", "GET", newPolling + "&sid=zzz", unknownSID},
		{"POST to an unknown sid", "POST", newPolling + "&sid=zzz", unknownSID},
		{"POST without sid", "POST", newPolling, badMethod},
		{"OPTIONS without sid", "OPTIONS", newPolling, badMethod},
		{"PUT without sid", "PUT", newPolling, badMethod},
		{"DELETE without sid", "DELETE", newPolling, badMethod},
		{"websocket without Upgrade", "GET", "EIO=4&transport=websocket", badRequest},
		{"no EIO", "GET", "transport=polling", badVersion},
		{"EIO=abc", "GET", "EIO=abc&transport=polling", badVersion},
		{"EIO=3", "GET", "EIO=3&transport=polling", badVersion},
	} {
		rows = append(rows, row{name: r.name, check: func(s *server) {
			a := s.request(r.method, r.query, "")
			require.Equal(s.t, r.want, a.String())
			require.Equal(s.t, "application/json", a.header.Get("Content-Type"))
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
			w, resp := s.dial(r.query)
			body, err := io.ReadAll(resp.Body)
			require.NoError(s.t, err)
			require.Equal(s.t, "400 "+r.want, fmt.Sprint(resp.StatusCode, " ", string(body)))
			require.Equal(s.t, "text/html", resp.Header.Get("Content-Type"))
			require.True(s.t, resp.Close, "Connection: close")
			_, err = w.in.ReadByte()
			require.Equal(s.t, io.EOF, err, "the connection goes on")
		}})
	}
	return rows
}

func pollingSIDWithoutUpgrade(s *server) {
	p := s.poll("")
	a := s.request("GET", "EIO=4&transport=websocket&sid="+p.sid, "")
	require.Equal(s.t, badRequest, a.String())
	s.enter(p, "/", "")
}

func websocketSIDOverPolling(s *server) {
	w := s.websocket("")
	require.Equal(s.t, badRequest, s.request("GET", newPolling+"&sid="+w.sid, "").String())
	s.enter(w, "/", "")
}

func controlCharacterInOrigin(s *server) {
	c := s.tcp()
	_, err := fmt.Fprintf(c, "GET %s?%s HTTP/1.1\r\nHost: %s\r\nOrigin: http://a\x01b\r\n\r\n", s.path, newPolling, s.addr)
	require.NoError(s.t, err)
	b, err := io.ReadAll(io.LimitReader(c, 12))
	require.NoError(s.t, err)
	require.Equal(s.t, "HTTP/1.1 400", string(b))
}

func foreignOrigin(s *server) {
	a := s.request("GET", newPolling, "", "Origin", "http://elsewhere.example")
	body, _, _ := strings.Cut(a.String(), `"sid"`)
	require.Equal(s.t, s.want("handshake of a page of another origin"), body)
	require.Empty(s.t, a.header.Get("Access-Control-Allow-Origin"))
}

func foreignOriginOverWebsocket(s *server) {
	_, resp := s.dial(newWebsocket, "Origin", "http://elsewhere.example")
	require.Equal(s.t, s.want("WebSocket of a page of another origin"), fmt.Sprint(resp.StatusCode))
}

func sidTwice(s *server) {
	a := s.request("GET", newPolling+"&sid=zzz&sid=yyy", "")
	require.Equal(s.t, s.want("a parameter twice in the query"), a.String())
}

func oldVersionOverWebsocket(s *server) {
	w, resp := s.dial("EIO=3&transport=websocket")
	if resp.StatusCode == http.StatusSwitchingProtocols {
		first, _, err := w.receive()
		require.True(s.t, err != nil || first != 0x80|opText, "a session was opened")
	}
	require.Equal(s.t, s.want("WebSocket with an old version"), fmt.Sprint(resp.StatusCode))
}

func garbageBehindUpgrade(s *server) {
	other := s.join()
	c := s.tcp()
	_, err := fmt.Fprintf(c, "GET %s?%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n%s",
		s.path, newWebsocket, s.addr, strings.Repeat("\xff", 64))
	require.NoError(s.t, err)
	_, err = io.Copy(io.Discard, c)
	require.NoError(s.t, err, "the connection goes on")
	s.alive(other)
}
