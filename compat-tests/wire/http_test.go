// http_test.go: headers of the answers.

package wire

import (
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

func httpDetails() []row {
	return slices.Concat(internetExplorers(), []row{
		{name: "headers of a poll", check: pollHeaders},
		{name: "headers of a poll with binary alone", check: binaryPollHeaders},
		{name: "headers of a POST", check: postHeaders},
		{name: "headers of the handshake", check: handshakeHeaders},
		{name: "no CORS headers by default", check: noCORS},
		{name: "a long poll is not compressed", check: notCompressed},
		{name: "a short poll is not compressed", check: shortNotCompressed},
		{name: "no permessage-deflate by default", check: noDeflate},
		{name: "subprotocols are not taken", check: noSubprotocol},
	})
}

func (s *server) plainText(a peer.Answer) {
	s.T.Helper()
	require.Equal(s.T, 200, a.Status)
	require.Equal(s.T, "text/plain; charset=UTF-8", a.Header.Get("Content-Type"))
	require.Equal(s.T, "no-store", a.Header.Get("Cache-Control"))
}

func pollHeaders(s *server) {
	p := s.pollJoin()
	p.Send(`42["echo",1]`)
	s.plainText(p.Get())
}

// binaryPollHeaders: the attachment comes alone, since the event's text is fetched first.
func binaryPollHeaders(s *server) {
	p := s.pollJoin()
	poll := p.Wait()
	p.Send(`451-["echo",{"_placeholder":true,"num":0}]`, "bAQID")
	a := s.Ended(poll)
	s.plainText(a)
	if !strings.Contains(a.Body, "bAQID") {
		s.plainText(p.Get())
	}
}

func postHeaders(s *server) {
	a := s.pollJoin().Post("3")
	require.Equal(s.T, "200 ok", a.String())
	require.Equal(s.T, "text/html", a.Header.Get("Content-Type"))
	require.Equal(s.T, "no-store", a.Header.Get("Cache-Control"))
	require.Equal(s.T, "2", a.Header.Get("Content-Length"))
}

func handshakeHeaders(s *server) {
	s.plainText(s.Request("GET", peer.NewPolling, ""))
}

func internetExplorers() (rows []row) {
	for _, e := range []struct{ name, agent, want string }{
		{"old Internet Explorer", "Mozilla/4.0 (compatible;MSIE 7.0)", "0"},
		{"Internet Explorer 11", "Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11)", "0"},
		{"another browser", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", ""},
	} {
		rows = append(rows, row{name: "X-XSS-Protection for " + e.name, check: func(s *server) {
			p := s.Poll("", "User-Agent", e.agent)
			get := s.Request("GET", peer.NewPolling, "", "User-Agent", e.agent)
			post := s.Request("POST", p.Query, "3", "User-Agent", e.agent)
			require.Equal(s.T, e.want, get.Header.Get("X-XSS-Protection"), "poll")
			require.Equal(s.T, e.want, post.Header.Get("X-XSS-Protection"), "POST")
		}})
	}
	return rows
}

func noCORS(s *server) {
	for name := range s.Request("GET", peer.NewPolling, "").Header {
		require.False(s.T, strings.HasPrefix(name, "Access-Control-"), name)
	}
}

func notCompressed(s *server) {
	p := s.pollJoin()
	p.Send(`42["many",1,2000]`)
	a := s.Request("GET", p.Query, "", "Accept-Encoding", "gzip, deflate")
	require.Equal(s.T, s.want("a poll of 2,000 bytes for a client that takes gzip"), a.Header.Get("Content-Encoding"))
}

func shortNotCompressed(s *server) {
	p := s.pollJoin()
	p.Send(`42["many",1,500]`)
	a := s.Request("GET", p.Query, "", "Accept-Encoding", "gzip, deflate")
	require.Empty(s.T, a.Header.Get("Content-Encoding"))
}

func noDeflate(s *server) {
	w, resp := s.DialWebsocket(peer.NewWebsocket, "Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
	require.Equal(s.T, 101, resp.StatusCode)
	require.Empty(s.T, resp.Header.Values("Sec-WebSocket-Extensions"))
	s.ParseOpen(w.Next()) // in a frame without reserved bits
}

func noSubprotocol(s *server) {
	_, resp := s.DialWebsocket(peer.NewWebsocket)
	require.Equal(s.T, 101, resp.StatusCode)
	require.Empty(s.T, resp.Header.Values("Sec-WebSocket-Protocol"))
}
