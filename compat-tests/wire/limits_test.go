// limits_test.go: limits that the official server does not have, or has elsewhere. See differences_test.go.

package wire

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

func limits() []row {
	return slices.Concat(inBoth(
		row{name: "ID of an acknowledgement beyond 2^53-1", check: endsOrNot("the ID of an acknowledgement beyond 2^53-1",
			`429007199254740993["answer",1]`)},
		row{name: "JSON nested 70 levels deep", check: endsOrNot("JSON nested deeper than 64 levels",
			`421["answer",`+strings.Repeat("[", 70)+strings.Repeat("]", 70)+`]`)},
		row{name: "CONNECT of 20,000 bytes", check: largeConnect},
		row{name: "101 namespaces", check: manyNamespaces},
	), []row{
		{name: "invalid UTF-8 in a POST", check: invalidUTF8},
		{name: "1,001 packets in a POST", check: manyPackets},
		{name: "sessions without a namespace", on: options{MaxUnjoined: 2}, check: unjoined},
		{name: "sessions without a namespace over websocket", on: options{MaxUnjoined: 2}, check: unjoinedWebsocket},
		{name: "5 MiB that wait for a poll", check: slowClient},
	})
}

// endsOrNot sends a packet to which the answer is that of a line of the table.
func endsOrNot(line, packet string) func(*server) {
	return func(s *server) {
		p := s.join()
		p.Send(packet)
		want, got := s.want(line), p.Next()
		if len(got) > len(want) {
			got = got[:len(want)]
		}
		require.Equal(s.T, want, got)
	}
}

func largeConnect(s *server) {
	p := s.join()
	p.Send(`40/a,{"token":"` + strings.Repeat("x", 20_000) + `"}`)
	got, _, _ := strings.Cut(p.Next(), "{")
	require.Equal(s.T, s.want("a CONNECT of more than 16 KiB"), got)
}

func manyNamespaces(s *server) {
	p := s.join()
	for i := range crowd {
		s.Enter(p, fmt.Sprintf("/crowd-%d", i), "")
	}
	p.Send("40/a,")
	got, _, _ := strings.Cut(p.Next(), `"sid"`)
	require.Equal(s.T, s.want("a namespace more than 100 of one session"), got)
}

func invalidUTF8(s *server) {
	p := s.pollJoin()
	require.Equal(s.T, s.want("a POST that is not UTF-8"), p.Post("421[\"answer\",\"\xff\"]").String())
}

func manyPackets(s *server) {
	p := s.pollJoin()
	a := p.Post(strings.Repeat("3"+peer.Separator, 1000) + "3")
	require.Equal(s.T, s.want("a POST of more than 1,000 packets"), a.String())
	s.alive(p)
}

func unjoined(s *server) {
	s.Poll("")
	s.Poll("")
	a := s.Request("GET", peer.NewPolling, "")
	body, _, _ := strings.Cut(a.String(), `"sid"`)
	require.Equal(s.T, s.want("more sessions of an address without a namespace than MaxUnjoined"), body)
}

func unjoinedWebsocket(s *server) {
	s.Websocket("")
	p := s.Websocket("")
	_, resp := s.DialWebsocket(peer.NewWebsocket)
	require.Equal(s.T, s.want("the same over WebSocket"), fmt.Sprint(resp.StatusCode))
	s.Enter(p, "/", "")
	s.Websocket("") // one that has joined is not counted
}

func slowClient(s *server) {
	p := s.pollJoin()
	p.Send(`42["many",50,100000]`, `42["note","sent"]`)
	if s.want("5 MiB that wait for a client") == "kept" {
		s.logs("note / sent")
		require.Contains(s.T, p.Next(), `42["item",0,"xxx`)
		return
	}
	s.logs("disconnect / slow client []")
	s.gone(p.SID)
}
