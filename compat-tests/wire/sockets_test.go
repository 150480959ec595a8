// sockets_test.go: events, acknowledgements and the ends of sockets.

package wire

import (
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

func sockets() []row {
	large := options{MaxPayload: 20 << 20}
	return slices.Concat(exchanges(), []row{
		{name: "events behind the one on which the server disconnects", check: behindTheEnd},
	}, inBoth(
		row{name: "nested binary both ways", check: nestedBinary},
		row{name: "send is the event message", check: sendIsMessage},
		row{name: "events right after connect keep their order", check: greetings},
		row{name: "a large JSON text", on: large, check: largeText},
		row{name: "a large binary", on: large, check: largeBinary},
		row{name: "the server asks, the client answers", check: serverAsks},
		row{name: "the server asks with binary, the client answers with binary", check: serverAsksBinary},
		row{name: "no answer in time", check: noAnswer},
		row{name: "an answer with an unknown ID", check: unknownAnswer},
		row{name: "disconnect of the one namespace", check: disconnectOne},
		row{name: "disconnect of all", check: disconnectAll},
		row{name: "packets for a namespace that the client has left", check: afterLeaving},
		row{name: "events on their way to a socket that the server disconnects", check: inFlight},
		row{name: "a room joined after the end", check: joinAfterEnd},
		row{name: "an event without a handler", check: noHandler},
	))
}

// exchanges are packets and what the server answers.
func exchanges() (rows []row) {
	for _, e := range []struct{ name, packet, want string }{
		{"an event", `42["echo"]`, `42["echoed"]`},
		{"arguments", `42["echo",1,"2",[3],{"a":[null,true]},-4.5e-3]`, `42["echoed",1,"2",[3],{"a":[null,true]},-0.0045]`},
		{"an escaped character", `42["echo","\u20ac"]`, `42["echoed","€"]`},
		{"an acknowledgement", `420["answer"]`, `430[]`},
		{"an acknowledgement with arguments", `4212["answer",1,"2",{"3":null}]`, `4312[1,"2",{"3":null}]`},
		{"the largest ID of an acknowledgement", `429007199254740991["answer",1]`, `439007199254740991[1]`},
	} {
		rows = append(rows, inBoth(row{name: e.name, check: func(s *server) {
			s.Ask(s.join(), e.packet, e.want)
		}})...)
	}
	return rows
}

func nestedBinary(s *server) {
	p := s.join()
	const args = `{"a":[{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1}}]},{"_placeholder":true,"num":2}`
	p.Send(`453-["echo",`+args+`]`, "bAQ==", "b", "b/w==")
	s.Expect(p, `453-["echoed",`+args+`]`, "bAQ==", "b", "b/w==")
	p.Send(`453-7["answer",`+args+`]`, "bAQ==", "b", "b/w==")
	s.Expect(p, `463-7[`+args+`]`, "bAQ==", "b", "b/w==")
}

func sendIsMessage(s *server) {
	s.Ask(s.join(), `42["message","x"]`, `42["message","x"]`)
}

func greetings(s *server) {
	p := s.open()
	s.Enter(p, "/greeting", "")
	s.Expect(p, `42/greeting,["first"]`, `42/greeting,["second"]`, `42/greeting,["third"]`)
}

func largeText(s *server) {
	text := strings.Repeat("0123456789abcdef", 3<<16)
	s.Ask(s.join(), `42["echo",{"a":["`+text+`"]}]`, `42["echoed",{"a":["`+text+`"]}]`)
}

func largeBinary(s *server) {
	p := s.join()
	data := "b" + strings.Repeat("AQID", 1<<20)
	p.Send(`451-["echo",{"_placeholder":true,"num":0}]`, data)
	s.Expect(p, `451-["echoed",{"_placeholder":true,"num":0}]`)
	require.True(s.T, data == p.Next(), "3 MiB come back changed")
}

// question reads an event that wants an answer, and returns the ID.
func (s *server) question(p peer.Peer, args string) (id string) {
	s.T.Helper()
	packet := p.Next()
	id, ok := strings.CutSuffix(strings.TrimPrefix(packet, "42"), `["question"`+args+`]`)
	require.True(s.T, ok, packet)
	return id
}

func serverAsks(s *server) {
	p := s.join()
	p.Send(`42["ask",60000,1,{"a":"b"}]`)
	id := s.question(p, `,1,{"a":"b"}`)
	s.Ask(p, "43"+id+`["x",{"y":2}]`, `42["outcome","answered","x",{"y":2}]`)
	p.Send(`42["ask",60000]`)
	second := s.question(p, "")
	require.NotEqual(s.T, id, second)
	s.Ask(p, "43"+second+`[]`, `42["outcome","answered"]`)
}

func serverAsksBinary(s *server) {
	p := s.join()
	p.Send(`451-["ask",60000,{"_placeholder":true,"num":0}]`, "bAQ==")
	packet := p.Next()
	id, ok := strings.CutSuffix(strings.TrimPrefix(packet, "451-"), `["question",{"_placeholder":true,"num":0}]`)
	require.True(s.T, ok, packet)
	s.Expect(p, "bAQ==")
	p.Send("461-"+id+`[{"_placeholder":true,"num":0}]`, "bAg==")
	s.Expect(p, `451-["outcome","answered",{"_placeholder":true,"num":0}]`, "bAg==")
}

func noAnswer(s *server) {
	p := s.join()
	start := time.Now()
	p.Send(`42["ask",50]`)
	id := s.question(p, "")
	s.Expect(p, `42["outcome","timeout"]`)
	require.Greater(s.T, time.Since(start), 50*time.Millisecond-early)
	p.Send("43" + id + `["late"]`)
	s.alive(p)
}

func unknownAnswer(s *server) {
	p := s.join()
	p.Send(`43123["x"]`, `43456["y"]`)
	s.alive(p)
}

func disconnectOne(s *server) {
	p := s.join()
	s.Enter(p, "/a", "")
	s.Ask(p, `42["bye"]`, "41")
	s.Ask(p, `42/a,["echo",1]`, `42/a,["echoed",1]`)
}

func disconnectAll(s *server) {
	p := s.join()
	s.Enter(p, "/a", "")
	p.Send(`42/a,["bye-hard"]`)
	require.Equal(s.T, []string{"41", "41/a,"}, list(p, 2))
	s.Expect(p, peer.End)
	s.logs("disconnect / server namespace disconnect []")
	s.logs("disconnect /a server namespace disconnect []")
}

func afterLeaving(s *server) {
	p := s.join()
	s.Enter(p, "/a", "")
	p.Send("41/a,")
	s.logs("disconnect /a client namespace disconnect []")
	p.Send(`42/a,["note","x"]`)
	s.Expect(p, peer.End)
	s.neverLogs("note /a x")
}

// inFlight: the second event was sent before the client could know of its end.
func inFlight(s *server) {
	p := s.join()
	s.Enter(p, "/a", "")
	p.Send(`42/a,["bye"]`)
	s.logs("disconnect /a server namespace disconnect []")
	p.Send(`42/a,["note","x"]`, `421["answer","alive"]`)
	s.Expect(p, "41/a,")
	require.Equal(s.T, s.want("events in flight to a socket that the server has disconnected"), p.Next())
	s.neverLogs("note /a x")
}

// behindTheEnd: the two events come in one POST, so that the second has arrived before the first is handled.
func behindTheEnd(s *server) {
	p := s.pollJoin()
	s.Enter(p, "/a", "")
	p.Send(`42["bye"]`, `42["note","x"]`, `42/a,["note","y"]`)
	s.Expect(p, "41")
	s.logs("note /a y")
	s.neverLogs("note / x")
}

func joinAfterEnd(s *server) {
	p := s.join()
	s.Ask(p, `42["bye-join"]`, "41")
	s.logs("in late: false")
	s.Enter(p, "/", "")
	p.Send(`42["say",{"from":"namespace","to":["late"]},1]`)
	s.alive(p)
}

func noHandler(s *server) {
	p := s.join()
	p.Send(`42["nobody-listens",1]`, `428["nobody-listens"]`, `42[17]`)
	s.alive(p)
}
