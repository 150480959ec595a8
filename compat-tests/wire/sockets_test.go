// sockets_test.go: events, acknowledgements and the ends of sockets.

package wire

import (
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
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
			s.ask(s.join(), e.packet, e.want)
		}})...)
	}
	return rows
}

func nestedBinary(s *server) {
	p := s.join()
	const args = `{"a":[{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1}}]},{"_placeholder":true,"num":2}`
	p.send(`453-["echo",`+args+`]`, "bAQ==", "b", "b/w==")
	s.expect(p, `453-["echoed",`+args+`]`, "bAQ==", "b", "b/w==")
	p.send(`453-7["answer",`+args+`]`, "bAQ==", "b", "b/w==")
	s.expect(p, `463-7[`+args+`]`, "bAQ==", "b", "b/w==")
}

func sendIsMessage(s *server) {
	s.ask(s.join(), `42["message","x"]`, `42["message","x"]`)
}

func greetings(s *server) {
	p := s.open()
	s.enter(p, "/greeting", "")
	s.expect(p, `42/greeting,["first"]`, `42/greeting,["second"]`, `42/greeting,["third"]`)
}

func largeText(s *server) {
	text := strings.Repeat("0123456789abcdef", 3<<16)
	s.ask(s.join(), `42["echo",{"a":["`+text+`"]}]`, `42["echoed",{"a":["`+text+`"]}]`)
}

func largeBinary(s *server) {
	p := s.join()
	data := "b" + strings.Repeat("AQID", 1<<20)
	p.send(`451-["echo",{"_placeholder":true,"num":0}]`, data)
	s.expect(p, `451-["echoed",{"_placeholder":true,"num":0}]`)
	require.True(s.t, data == p.next(), "3 MiB come back changed")
}

// question reads an event that wants an answer, and returns the ID.
func (s *server) question(p peer, args string) (id string) {
	s.t.Helper()
	packet := p.next()
	id, ok := strings.CutSuffix(strings.TrimPrefix(packet, "42"), `["question"`+args+`]`)
	require.True(s.t, ok, packet)
	return id
}

func serverAsks(s *server) {
	p := s.join()
	p.send(`42["ask",60000,1,{"a":"b"}]`)
	id := s.question(p, `,1,{"a":"b"}`)
	s.ask(p, "43"+id+`["x",{"y":2}]`, `42["outcome","answered","x",{"y":2}]`)
	p.send(`42["ask",60000]`)
	second := s.question(p, "")
	require.NotEqual(s.t, id, second)
	s.ask(p, "43"+second+`[]`, `42["outcome","answered"]`)
}

func serverAsksBinary(s *server) {
	p := s.join()
	p.send(`451-["ask",60000,{"_placeholder":true,"num":0}]`, "bAQ==")
	packet := p.next()
	id, ok := strings.CutSuffix(strings.TrimPrefix(packet, "451-"), `["question",{"_placeholder":true,"num":0}]`)
	require.True(s.t, ok, packet)
	s.expect(p, "bAQ==")
	p.send("461-"+id+`[{"_placeholder":true,"num":0}]`, "bAg==")
	s.expect(p, `451-["outcome","answered",{"_placeholder":true,"num":0}]`, "bAg==")
}

func noAnswer(s *server) {
	p := s.join()
	start := time.Now()
	p.send(`42["ask",50]`)
	id := s.question(p, "")
	s.expect(p, `42["outcome","timeout"]`)
	require.Greater(s.t, time.Since(start), 50*time.Millisecond-early)
	p.send("43" + id + `["late"]`)
	s.alive(p)
}

func unknownAnswer(s *server) {
	p := s.join()
	p.send(`43123["x"]`, `43456["y"]`)
	s.alive(p)
}

func disconnectOne(s *server) {
	p := s.join()
	s.enter(p, "/a", "")
	s.ask(p, `42["bye"]`, "41")
	s.ask(p, `42/a,["echo",1]`, `42/a,["echoed",1]`)
}

func disconnectAll(s *server) {
	p := s.join()
	s.enter(p, "/a", "")
	p.send(`42/a,["bye-hard"]`)
	require.Equal(s.t, []string{"41", "41/a,"}, list(p, 2))
	s.expect(p, end)
	s.logs("disconnect / server namespace disconnect []")
	s.logs("disconnect /a server namespace disconnect []")
}

func afterLeaving(s *server) {
	p := s.join()
	s.enter(p, "/a", "")
	p.send("41/a,")
	s.logs("disconnect /a client namespace disconnect []")
	p.send(`42/a,["note","x"]`)
	s.expect(p, end)
	s.neverLogs("note /a x")
}

// inFlight: the second event was sent before the client could know of its end.
func inFlight(s *server) {
	p := s.join()
	s.enter(p, "/a", "")
	p.send(`42/a,["bye"]`)
	s.logs("disconnect /a server namespace disconnect []")
	p.send(`42/a,["note","x"]`, `421["answer","alive"]`)
	s.expect(p, "41/a,")
	require.Equal(s.t, s.want("events in flight to a socket that the server has disconnected"), p.next())
	s.neverLogs("note /a x")
}

// behindTheEnd: the two events come in one POST, so that the second has arrived before the first is handled.
func behindTheEnd(s *server) {
	p := s.pollJoin()
	s.enter(p, "/a", "")
	p.send(`42["bye"]`, `42["note","x"]`, `42/a,["note","y"]`)
	s.expect(p, "41")
	s.logs("note /a y")
	s.neverLogs("note / x")
}

func joinAfterEnd(s *server) {
	p := s.join()
	s.ask(p, `42["bye-join"]`, "41")
	s.logs("in late: false")
	s.enter(p, "/", "")
	p.send(`42["say",{"from":"namespace","to":["late"]},1]`)
	s.alive(p)
}

func noHandler(s *server) {
	p := s.join()
	p.send(`42["nobody-listens",1]`, `428["nobody-listens"]`, `42[17]`)
	s.alive(p)
}
