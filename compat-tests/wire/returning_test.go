// returning_test.go: clients that come back to their socket after they have lost their connection.

package wire

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

func returning() []row {
	on := options{Recovery: &recovering{Window: 120_000, SkipMiddlewares: true}}
	asked := options{Recovery: &recovering{Window: 120_000}}
	return slices.Concat(inBoth(
		row{name: "the answer to CONNECT has sid and pid", on: on, check: hasPID},
		row{name: "events have an offset as their last argument", on: on, check: hasOffset},
		row{name: "an acknowledged event has none", on: on, check: noOffset},
		row{name: "a volatile event", on: on, check: volatileOffset},
		row{name: "what was missed, and the same sid and pid", on: on, check: comesBack},
		row{name: "rooms and data are restored", on: on, check: restoresState},
		row{name: "middlewares run again if they are to", on: asked, check: asksAgain},
		row{name: "middlewares that are skipped", on: on, check: skipsMiddlewares},
		row{name: "an unknown pid", on: on, check: unknownPID},
		row{name: "an unknown offset", on: on, check: unknownOffset},
		row{name: "pid and offset that are no strings", on: on, check: noStrings},
		row{name: "a client without an offset", on: on, check: withoutOffset},
		row{name: "not after a DISCONNECT of the client", on: on, check: afterDisconnect(false)},
		row{name: "not after a DISCONNECT of the server", on: on, check: afterDisconnect(true)},
	))
}

// granted is the answer to a CONNECT of a client that may come back.
type granted struct{ SID, PID string }

func (s *server) grant(packet, prefix string) (g granted) {
	s.T.Helper()
	data, ok := strings.CutPrefix(packet, "40"+prefix)
	require.True(s.T, ok, packet)
	fields := map[string]string{}
	require.NoError(s.T, json.Unmarshal([]byte(data), &fields))
	require.Len(s.T, fields, 2, packet)
	return granted{fields["sid"], fields["pid"]}
}

// arrive opens a session and connects to the main namespace.
func (s *server) arrive(auth string) (peer.Peer, granted) {
	s.T.Helper()
	p := s.open()
	p.Send("40" + auth)
	return p, s.grant(p.Next(), "")
}

// split takes the offset from the end of an event.
func (s *server) split(packet string) (event, offset string) {
	s.T.Helper()
	var args []json.RawMessage
	require.NoError(s.T, json.Unmarshal([]byte(strings.TrimPrefix(packet, "42")), &args), packet)
	last := len(args) - 1
	require.NoError(s.T, json.Unmarshal(args[last], &offset), packet)
	text, err := json.Marshal(args[:last])
	require.NoError(s.T, err)
	return "42" + string(text), offset
}

// event expects an event with an offset, which it returns.
func (s *server) event(p peer.Peer, want string) (offset string) {
	s.T.Helper()
	event, offset := s.split(p.Next())
	require.Equal(s.T, want, event)
	require.NotEmpty(s.T, offset)
	return offset
}

// lost is why a client of the transport is gone that drop has cut off.
var lost = map[string]string{peer.Websocket: "transport close", peer.Polling: "transport error"}

// drop cuts a connection.
func (s *server) drop(p peer.Peer) {
	s.T.Helper()
	switch p := p.(type) {
	case *peer.WS:
		p.TCP.Close()
	case *peer.Poll:
		p.Half("GET", "", "").Close()
	}
}

// lose is drop, and waits until the application knows; the client is in the main namespace, in these rooms.
func (s *server) lose(p peer.Peer, rooms string) {
	s.T.Helper()
	s.drop(p)
	s.logs("disconnect / " + lost[s.over] + " [" + rooms + "]")
}

// claim is the auth of a client that wants to come back.
func claim(g granted, offset string) string {
	return fmt.Sprintf(`{"pid":"%s","offset":"%s"}`, g.PID, offset)
}

func hasPID(s *server) {
	p, g := s.arrive("")
	require.Len(s.T, g.SID, 20)
	require.Len(s.T, g.PID, 20)
	require.NotEqual(s.T, g.SID, g.PID)
	s.alive(p)
}

func hasOffset(s *server) {
	p, _ := s.arrive("")
	p.Send(`42["echo",1]`)
	first := s.event(p, `42["echoed",1]`)
	p.Send(`42["say",{"from":"namespace"},"x"]`)
	second := s.event(p, `42["said","x"]`)
	require.NotEqual(s.T, first, second)
	p.Send(`451-["echo",{"_placeholder":true,"num":0}]`, "bAQID")
	require.Regexp(s.T, `^451-\["echoed",\{"_placeholder":true,"num":0\},"[^"]+"\]$`, p.Next())
	s.Expect(p, "bAQID")
}

func noOffset(s *server) {
	p, _ := s.arrive("")
	p.Send(`42["ask",60000,"x"]`)
	s.question(p, `,"x"`)
	s.Ask(p, `421["answer","y"]`, `431["y"]`)
}

// volatileOffset: the official client takes a text that stands last for the offset.
func volatileOffset(s *server) {
	p, _ := s.arrive("")
	packet := s.sequence(p, `{"name":"v","volatile":true,"size":1}`)()
	shape := `["v","x"]`
	if strings.TrimPrefix(packet, "42") != shape {
		event, _ := s.split(packet)
		require.Equal(s.T, "42"+shape, event)
		shape = `["v","x",offset]`
	}
	require.Equal(s.T, s.want("a volatile event where clients may come back"), shape)
}

// comesBack: of the two clients the first is away while the second speaks to all, to a room, and to the first alone.
func comesBack(s *server) {
	p, g := s.arrive("")
	p.Send(`421["join",["x"]]`, `42["echo",0]`)
	s.Expect(p, `431[["x"]]`)
	offset := s.event(p, `42["echoed",0]`)
	s.lose(p, "x")
	other, _ := s.arrive("")
	for _, to := range []string{``, `"to":["x"],`, `"to":["` + g.SID + `"],`, `"to":["y"],`, `"except":["x"],`} {
		other.Send(`42["say",{` + to + `"from":"namespace"},"` + strings.NewReplacer(`"`, "", `:`, "").Replace(to) + `"]`)
	}
	other.Send(`429["answer"]`)
	for other.Next() != `439[]` { // it hears some of that itself
	}
	back := s.open()
	back.Send("40" + claim(g, offset))
	var order, missed []string
	for range 4 {
		packet := back.Next()
		if strings.HasPrefix(packet, "40") {
			require.Equal(s.T, g, s.grant(packet, ""))
			order = append(order, "answer")
			continue
		}
		event, _ := s.split(packet)
		order, missed = append(order, "event"), append(missed, event)
	}
	want := []string{`42["said",""]`, `42["said","to[x],"]`, `42["said","to[` + g.SID + `],"]`}
	require.Equal(s.T, want, missed)
	require.Equal(s.T, s.want("the answer to a client that comes back"), strings.Join(order, " "))
	s.alive(back)
}

func restoresState(s *server) {
	p, g := s.arrive("")
	s.Ask(p, `421["join",["b","a"]]`, `431[["a","b"]]`)
	s.Ask(p, `422["remember","ann"]`, `432[]`)
	s.Ask(p, `423["recall"]`, `433["ann",false]`)
	p.Send(`42["echo",0]`)
	offset := s.event(p, `42["echoed",0]`)
	s.lose(p, "a,b")
	back, same := s.arrive(claim(g, offset))
	require.Equal(s.T, g, same)
	s.Ask(back, `421["rooms"]`, `431[["a","b"]]`)
	s.Ask(back, `422["recall"]`, `432["ann",true]`)
	back.Send(`42["say",{"from":"namespace","to":["a"]},1]`)
	s.event(back, `42["said",1]`)
}

// ordered has a client come back to /ordered, and returns how often its first middleware has run.
func (s *server) ordered() (runs int) {
	s.T.Helper()
	p := s.open()
	p.Send("40/ordered,")
	g := s.grant(p.Next(), "/ordered,")
	p.Send(`42/ordered,["echo",0]`)
	_, offset := s.split(strings.Replace(p.Next(), "/ordered,", "", 1))
	s.drop(p)
	s.logs("disconnect /ordered " + lost[s.over] + " []")
	back := s.open()
	back.Send("40/ordered," + claim(g, offset))
	require.Equal(s.T, g, s.grant(back.Next(), "/ordered,"))
	for _, line := range s.log() {
		if line == "use 1" {
			runs++
		}
	}
	return runs
}

func asksAgain(s *server) { require.Equal(s.T, 2, s.ordered()) }

func skipsMiddlewares(s *server) {
	require.Equal(s.T, s.want("middlewares for a client that comes back"), decimal(s.ordered()))
}

// stranger asserts that a client with this claim gets a socket of its own, and no error.
func (s *server) stranger(auth string, g granted) {
	s.T.Helper()
	p, fresh := s.arrive(auth)
	require.NotEqual(s.T, g.SID, fresh.SID)
	require.NotEqual(s.T, g.PID, fresh.PID)
	s.Ask(p, `421["recall"]`, `431["",false]`)
}

func unknownPID(s *server) {
	s.stranger(`{"pid":"aaaaaaaaaaaaaaaaaaaa","offset":"bbbb"}`, granted{})
	s.stranger(`{"pid":"","offset":""}`, granted{})
}

// missing has a client miss an event, after one that it got.
func (s *server) missing() (g granted, offset string) {
	s.T.Helper()
	p, g := s.arrive("")
	p.Send(`42["echo",0]`)
	offset = s.event(p, `42["echoed",0]`)
	s.lose(p, "")
	other, _ := s.arrive("")
	other.Send(`42["say",{"from":"socket"},1]`)
	s.alive(other)
	return g, offset
}

func unknownOffset(s *server) {
	g, _ := s.missing()
	got := "a fresh socket"
	p := s.open()
	p.Send("40" + claim(g, "unknown"))
	if s.grant(p.Next(), "").PID == g.PID {
		s.event(p, `42["echoed",0]`) // nobody has said that it has arrived
		s.event(p, `42["said",1]`)
		got = "all that the client may lack"
	}
	want := "a fresh socket" // to a client that has confirmed the event, by its next poll
	if s.over == peer.Websocket {
		want = s.want("an unknown offset of a client that has confirmed nothing")
	}
	require.Equal(s.T, want, got)
	s.alive(p)
}

func noStrings(s *server) {
	for _, auth := range []string{`{"pid":1,"offset":2}`, `{"pid":null,"offset":null}`, `{"pid":["a"],"offset":{}}`} {
		s.stranger(auth, granted{})
	}
}

func withoutOffset(s *server) {
	p, g := s.arrive("")
	s.lose(p, "")
	back, same := s.arrive(`{"pid":"` + g.PID + `"}`)
	got := "recovered"
	if same != g {
		got = "a fresh socket"
	}
	require.Equal(s.T, s.want("a client that comes back before its first event"), got)
	s.alive(back)
}

func afterDisconnect(byServer bool) func(*server) {
	return func(s *server) {
		p, g := s.arrive("")
		p.Send(`42["echo",0]`)
		offset := s.event(p, `42["echoed",0]`)
		if byServer {
			s.Ask(p, `42["bye"]`, "41")
			s.logs("disconnect / server namespace disconnect []")
		} else {
			p.Send("41")
			s.logs("disconnect / client namespace disconnect []")
		}
		s.stranger(claim(g, offset), g)
	}
}
