// closing_test.go: how sessions end, from either side.

package wire

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
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
	s.Ask(p, `42["bye-hard"]`, "41", peer.End)
	s.logs("disconnect / server namespace disconnect []")
	if w, ok := p.(*peer.WS); ok {
		require.Contains(s.T, []int{peer.NoStatus, 1000}, w.Code, "close frame")
		return
	}
	s.gone(p.ID())
}

func lastWords(s *server) {
	s.Ask(s.join(), `42["last-words"]`, `42["words",1]`, `42["words",2]`, "41", peer.End)
}

func serverClosesPoll(s *server) {
	p := s.pollJoin()
	poll := p.Wait()
	require.Equal(s.T, "200 ok", p.Post(`42["bye-hard"]`).String())
	require.Equal(s.T, "200 41", s.Ended(poll).String())
	require.Equal(s.T, s.want("a poll after the server has closed"), p.Get().String())
	s.gone(p.SID)
}

func serverClosesIdlePoll(s *server) {
	p := s.Poll("")
	require.Equal(s.T, "200 1", s.Ended(p.Wait()).String())
	s.gone(p.SID)
}

func closePacketOverPolling(s *server) {
	p := s.pollJoin()
	poll := p.Wait()
	require.Equal(s.T, "200 ok", p.Post("1").String())
	// A poll that comes after the packet finds nothing.
	require.Contains(s.T, []string{"200 6", peer.UnknownSID}, s.Ended(poll).String())
	s.gone(p.SID)
	s.logs("disconnect / transport close []")
}

func closePacketOverWebsocket(s *server) {
	w := s.Websocket("")
	s.Enter(w, "/", "")
	w.Send("1")
	first := w.Next()
	for first == "2" { // the heartbeat, which ends it at the official server
		first = w.Next()
	}
	require.Equal(s.T, peer.End, first)
	s.logs("disconnect / " + s.want("a close packet over WebSocket") + " []")
}

func closeFrame(code uint16) func(*server) {
	return func(s *server) {
		w := s.Websocket("")
		s.Enter(w, "/", "")
		start := time.Now()
		w.Frame(0x80|peer.OpClose, []byte{byte(code >> 8), byte(code)})
		s.Expect(w, peer.End)
		require.Equal(s.T, int(code), w.Code, "code of the answer")
		_, err := w.In.ReadByte()
		require.Equal(s.T, io.EOF, err, "the TCP connection goes on")
		require.Less(s.T, time.Since(start), 2*time.Second, "the Python client would wait")
		w.TCP.Close() // the official server waits for that before it tells the application
		s.logs("disconnect / transport close []")
	}
}

func tcpEnds(s *server) {
	w := s.Websocket("")
	s.Enter(w, "/", "")
	w.TCP.Close()
	s.logs("disconnect / transport close []")
}

func abortedPoll(s *server) {
	p := s.pollJoin()
	p.Half("GET", "", "").Close()
	s.logs("disconnect / transport error []")
	s.gone(p.SID)
}

func abortedPost(s *server) {
	p := s.pollJoin()
	p.Half("POST", "Content-Length: 100\r\n", "4").Close()
	s.logs("disconnect / transport error []")
	s.gone(p.SID)
}

// twoPolls: which of the two comes first is not known here.
func twoPolls(s *server) {
	p := s.pollJoin()
	one, two := p.Wait(), p.Wait()
	answers := []string{s.Ended(one).String(), s.Ended(two).String()}
	slices.Sort(answers)
	require.Equal(s.T, []string{"200 1", s.want("the second of two polls")}, answers)
	s.gone(p.SID)
	s.logs("disconnect / transport error []")
}

func twoPosts(s *server) {
	p := s.pollJoin()
	defer p.Half("POST", "Content-Length: 100\r\n", "4").Close()
	// The first has no answer that would tell when it has arrived.
	require.Eventually(s.T, func() bool { return p.Post("3").Status == 400 }, peer.Patience, time.Millisecond)
	s.gone(p.SID)
	s.logs("disconnect / transport error []")
}

func methodWithSID(method string) func(*server) {
	return func(s *server) {
		p := s.Poll("")
		a := s.Request(method, p.Query, "")
		require.Equal(s.T, s.want("PUT and its kin with a session ID"), strings.TrimSpace(a.String()))
		s.Enter(p, "/", "")
	}
}

func binaryPost(s *server) {
	p := s.pollJoin()
	a := s.Request("POST", p.Query, "4x", "Content-Type", "application/octet-stream")
	require.Equal(s.T, s.want("a binary POST"), a.String())
	s.gone(p.SID)
	s.logs("disconnect / transport error []")
}

func unreadablePost(s *server) {
	p := s.pollJoin()
	a := p.Post("abc")
	require.Equal(s.T, s.want("a POST that cannot be read"), a.String())
	s.gone(p.SID)
}

func invalidPacket(s *server) {
	p := s.join()
	if w, ok := p.(*peer.WS); ok {
		w.Send("abc")
	} else {
		p.(*peer.Poll).Post("abc")
	}
	s.Expect(p, peer.End)
	s.logs("disconnect / parse error []")
}

func connectionClose(s *server) {
	p := s.Poll("", "Connection", "close")
	s.Enter(p, "/", "")
	for range 3 {
		a := s.Request("POST", p.Query, `42["echo",1]`, "Connection", "close")
		require.Equal(s.T, "200 ok", a.String())
		a = s.Request("GET", p.Query, "", "Connection", "close")
		require.Equal(s.T, `200 42["echoed",1]`, a.String())
	}
}
