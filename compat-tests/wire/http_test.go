// http_test.go: headers of the answers.

package wire

import (
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
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

func (s *server) plainText(a answer) {
	s.t.Helper()
	require.Equal(s.t, 200, a.status)
	require.Equal(s.t, "text/plain; charset=UTF-8", a.header.Get("Content-Type"))
	require.Equal(s.t, "no-store", a.header.Get("Cache-Control"))
}

func pollHeaders(s *server) {
	p := s.pollJoin()
	p.send(`42["echo",1]`)
	s.plainText(p.get())
}

// binaryPollHeaders: the attachment comes alone, since the event's text is fetched first.
func binaryPollHeaders(s *server) {
	p := s.pollJoin()
	poll := p.wait()
	p.send(`451-["echo",{"_placeholder":true,"num":0}]`, "bAQID")
	a := s.ended(poll)
	s.plainText(a)
	if !strings.Contains(a.body, "bAQID") {
		s.plainText(p.get())
	}
}

func postHeaders(s *server) {
	a := s.pollJoin().post("3")
	require.Equal(s.t, "200 ok", a.String())
	require.Equal(s.t, "text/html", a.header.Get("Content-Type"))
	require.Equal(s.t, "no-store", a.header.Get("Cache-Control"))
	require.Equal(s.t, "2", a.header.Get("Content-Length"))
}

func handshakeHeaders(s *server) {
	s.plainText(s.request("GET", newPolling, ""))
}

func internetExplorers() (rows []row) {
	for _, e := range []struct{ name, agent, want string }{
		{"old Internet Explorer", "Mozilla/4.0 (compatible;MSIE 7.0)", "0"},
		{"Internet Explorer 11", "Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11)", "0"},
		{"another browser", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", ""},
	} {
		rows = append(rows, row{name: "X-XSS-Protection for " + e.name, check: func(s *server) {
			p := s.poll("", "User-Agent", e.agent)
			get := s.request("GET", newPolling, "", "User-Agent", e.agent)
			post := s.request("POST", p.query, "3", "User-Agent", e.agent)
			require.Equal(s.t, e.want, get.header.Get("X-XSS-Protection"), "poll")
			require.Equal(s.t, e.want, post.header.Get("X-XSS-Protection"), "POST")
		}})
	}
	return rows
}

func noCORS(s *server) {
	for name := range s.request("GET", newPolling, "").header {
		require.False(s.t, strings.HasPrefix(name, "Access-Control-"), name)
	}
}

func notCompressed(s *server) {
	p := s.pollJoin()
	p.send(`42["many",1,2000]`)
	a := s.request("GET", p.query, "", "Accept-Encoding", "gzip, deflate")
	require.Equal(s.t, s.want("a poll of 2,000 bytes for a client that takes gzip"), a.header.Get("Content-Encoding"))
}

func shortNotCompressed(s *server) {
	p := s.pollJoin()
	p.send(`42["many",1,500]`)
	a := s.request("GET", p.query, "", "Accept-Encoding", "gzip, deflate")
	require.Empty(s.t, a.header.Get("Content-Encoding"))
}

func noDeflate(s *server) {
	w, resp := s.dial(newWebsocket, "Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
	require.Equal(s.t, 101, resp.StatusCode)
	require.Empty(s.t, resp.Header.Values("Sec-WebSocket-Extensions"))
	s.parseOpen(w.next()) // in a frame without reserved bits
}

func noSubprotocol(s *server) {
	_, resp := s.dial(newWebsocket)
	require.Equal(s.t, 101, resp.StatusCode)
	require.Empty(s.t, resp.Header.Values("Sec-WebSocket-Protocol"))
}
