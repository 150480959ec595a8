// closing_test.go: how sessions end, from either side.

package wire

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

func closing() []row {
	return slices.Concat(inBoth(
		row{name: "the server closes", check: serverCloses},
		row{name: "what was sent before the server closes is delivered", check: lastWords},
		row{name: "an invalid packet", check: invalidPacket},
	), []row{
		{name: "the server closes while a poll waits", on: options{ConnectTimeout: 300}, check: serverClosesIdlePoll},
		{name: "the server closes behind a message", check: serverClosesPoll},
		{name: "close packet over polling", check: closePacketOverPolling},
		{name: "close packet over websocket", on: beat, check: closePacketOverWebsocket},
		{name: "close frames are answered at once", check: closeFrame(1000)},
		{name: "close frames with another code too", check: closeFrame(3333)},
		{name: "the TCP connection of a websocket ends", check: tcpEnds},
		{name: "a poll is aborted", check: abortedPoll},
		{name: "a POST is aborted", check: abortedPost},
		{name: "two polls at a time", check: twoPolls},
		{name: "two POSTs at a time", check: twoPosts},
		{name: "PUT with a sid", check: methodWithSID("PUT")},
		{name: "DELETE with a sid", check: methodWithSID("DELETE")},
		{name: "binary POST", check: binaryPost},
		{name: "unreadable POST", check: unreadablePost},
		{name: "Connection: close", check: connectionClose},
	})
}

func serverCloses(s *server) {
	p := s.join()
	s.ask(p, `42["bye-hard"]`, "41", end)
	s.logs("disconnect / server namespace disconnect []")
	if w, ok := p.(*wsPeer); ok {
		require.Contains(s.t, []int{noStatus, 1000}, w.code, "close frame")
		return
	}
	s.gone(p.id())
}

func lastWords(s *server) {
	s.ask(s.join(), `42["last-words"]`, `42["words",1]`, `42["words",2]`, "41", end)
}

func serverClosesPoll(s *server) {
	p := s.pollJoin()
	poll := p.wait()
	require.Equal(s.t, "200 ok", p.post(`42["bye-hard"]`).String())
	require.Equal(s.t, "200 41", s.ended(poll).String())
	require.Equal(s.t, s.want("a poll after the server has closed"), p.get().String())
	s.gone(p.sid)
}

func serverClosesIdlePoll(s *server) {
	p := s.poll("")
	require.Equal(s.t, "200 1", s.ended(p.wait()).String())
	s.gone(p.sid)
}

func closePacketOverPolling(s *server) {
	p := s.pollJoin()
	poll := p.wait()
	require.Equal(s.t, "200 ok", p.post("1").String())
	// A poll that comes after the packet finds nothing.
	require.Contains(s.t, []string{"200 6", unknownSID}, s.ended(poll).String())
	s.gone(p.sid)
	s.logs("disconnect / transport close []")
}

func closePacketOverWebsocket(s *server) {
	w := s.websocket("")
	s.enter(w, "/", "")
	w.send("1")
	first := w.next()
	for first == "2" { // the heartbeat, which ends it at the official server
		first = w.next()
	}
	require.Equal(s.t, end, first)
	s.logs("disconnect / " + s.want("a close packet over WebSocket") + " []")
}

func closeFrame(code uint16) func(*server) {
	return func(s *server) {
		w := s.websocket("")
		s.enter(w, "/", "")
		start := time.Now()
		w.frame(0x80|opClose, []byte{byte(code >> 8), byte(code)})
		s.expect(w, end)
		require.Equal(s.t, int(code), w.code, "code of the answer")
		_, err := w.in.ReadByte()
		require.Equal(s.t, io.EOF, err, "the TCP connection goes on")
		require.Less(s.t, time.Since(start), 2*time.Second, "the Python client would wait")
		w.tcp.Close() // the official server waits for that before it tells the application
		s.logs("disconnect / transport close []")
	}
}

func tcpEnds(s *server) {
	w := s.websocket("")
	s.enter(w, "/", "")
	w.tcp.Close()
	s.logs("disconnect / transport close []")
}

func abortedPoll(s *server) {
	p := s.pollJoin()
	p.half("GET", "", "").Close()
	s.logs("disconnect / transport error []")
	s.gone(p.sid)
}

func abortedPost(s *server) {
	p := s.pollJoin()
	p.half("POST", "Content-Length: 100\r\n", "4").Close()
	s.logs("disconnect / transport error []")
	s.gone(p.sid)
}

// twoPolls: which of the two comes first is not known here.
func twoPolls(s *server) {
	p := s.pollJoin()
	one, two := p.wait(), p.wait()
	answers := []string{s.ended(one).String(), s.ended(two).String()}
	slices.Sort(answers)
	require.Equal(s.t, []string{"200 1", s.want("the second of two polls")}, answers)
	s.gone(p.sid)
	s.logs("disconnect / transport error []")
}

func twoPosts(s *server) {
	p := s.pollJoin()
	defer p.half("POST", "Content-Length: 100\r\n", "4").Close()
	// The first has no answer that would tell when it has arrived.
	require.Eventually(s.t, func() bool { return p.post("3").status == 400 }, patience, time.Millisecond)
	s.gone(p.sid)
	s.logs("disconnect / transport error []")
}

func methodWithSID(method string) func(*server) {
	return func(s *server) {
		p := s.poll("")
		a := s.request(method, p.query, "")
		require.Equal(s.t, s.want("PUT and its kin with a session ID"), strings.TrimSpace(a.String()))
		s.enter(p, "/", "")
	}
}

func binaryPost(s *server) {
	p := s.pollJoin()
	a := s.request("POST", p.query, "4x", "Content-Type", "application/octet-stream")
	require.Equal(s.t, s.want("a binary POST"), a.String())
	s.gone(p.sid)
	s.logs("disconnect / transport error []")
}

func unreadablePost(s *server) {
	p := s.pollJoin()
	a := p.post("abc")
	require.Equal(s.t, s.want("a POST that cannot be read"), a.String())
	s.gone(p.sid)
}

func invalidPacket(s *server) {
	p := s.join()
	if w, ok := p.(*wsPeer); ok {
		w.send("abc")
	} else {
		p.(*pollPeer).post("abc")
	}
	s.expect(p, end)
	s.logs("disconnect / parse error []")
}

func connectionClose(s *server) {
	p := s.poll("", "Connection", "close")
	s.enter(p, "/", "")
	for range 3 {
		a := s.request("POST", p.query, `42["echo",1]`, "Connection", "close")
		require.Equal(s.t, "200 ok", a.String())
		a = s.request("GET", p.query, "", "Connection", "close")
		require.Equal(s.t, `200 42["echoed",1]`, a.String())
	}
}
