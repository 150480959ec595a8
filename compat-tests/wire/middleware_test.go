// middleware_test.go: who is let in, and events that a middleware refuses.

package wire

import (
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

func middlewares() []row {
	return slices.Concat(inBoth(
		row{name: "they run in order", check: inOrder},
		row{name: "a refusal", check: refusal},
		row{name: "a refusal with data", check: refusalWithData},
		row{name: "a refused client may try again, and go elsewhere", check: refusedClient},
		row{name: "they are of one namespace", check: perNamespace},
		row{name: "a slow one delays the answer", check: slowMiddleware},
		row{name: "events behind a CONNECT that is not answered yet", check: earlyEvents},
		row{name: "events that a middleware refuses", check: refusedEvent},
	), []row{
		{name: "the client is gone when it lets it in", check: goneMeanwhile},
		{name: "rooms joined before a refusal are left", check: earlyRooms},
	})
}

func (s *server) steps() (steps []string) {
	for _, line := range s.log() {
		if len(line) > 3 && line[:3] == "use" {
			steps = append(steps, line)
		}
	}
	return steps
}

func inOrder(s *server) {
	s.Enter(s.open(), "/ordered", "")
	s.logs("connect /ordered")
	require.Equal(s.T, []string{"use 1", "use 2", "use 3"}, s.steps())
}

func refusal(s *server) {
	s.Ask(s.open(), "40/refusing,", `44/refusing,{"message":"Authentication error"}`)
	require.Equal(s.T, []string{"use 1", "use 2"}, s.steps())
	s.neverLogs("connect /refusing")
}

func refusalWithData(s *server) {
	s.Ask(s.open(), "40/refusing-data,", `44/refusing-data,{"message":"Authentication error","data":{"a":"b","c":3}}`)
}

func refusedClient(s *server) {
	p := s.open()
	for range 2 {
		s.Ask(p, "40/refusing,", `44/refusing,{"message":"Authentication error"}`)
	}
	s.Enter(p, "/", "")
	s.alive(p)
	s.neverLogs("disconnect /refusing server namespace disconnect []")
}

func perNamespace(s *server) {
	p := s.join()
	s.Enter(p, "/a", "")
	require.Empty(s.T, s.steps())
}

func slowMiddleware(s *server) {
	p := s.join()
	p.Send("40/slow,")
	s.logs("waiting")
	s.alive(p)
	s.neverLogs("connect /slow")
	s.fetch("/release")
	require.Contains(s.T, p.Next(), `40/slow,{"sid":"`)
	s.logs("connect /slow")
}

func earlyEvents(s *server) {
	p := s.join()
	p.Send("40/slow,", `42/slow,["note","early"]`, `42/slow,1["answer","x"]`)
	s.logs("waiting")
	s.neverLogs("note /slow early")
	s.fetch("/release")
	got := p.Next()
	if strings.HasPrefix(got, `40/slow,{"sid":"`) {
		got = p.Next()
	}
	require.Equal(s.T, s.want("events behind a CONNECT that is not answered yet"), got)
}

func goneMeanwhile(s *server) {
	w := s.Websocket("")
	s.Enter(w, "/", "")
	w.Send("40/slow,")
	s.logs("waiting")
	w.TCP.Close()
	s.logs("disconnect / transport close []")
	s.fetch("/release")
	s.logs("waited")
	s.neverLogs("connect /slow")
}

func earlyRooms(s *server) {
	guest, member := s.Websocket(""), s.Websocket("")
	s.Ask(guest, "40/leaving,{\"Guest\":true}", `44/leaving,{"message":"members only"}`)
	s.Enter(member, "/leaving", "")
	s.Ask(member, `42/leaving,1["rooms"]`, `43/leaving,1[["early"]]`)
	s.Ask(member, `42/leaving,["say",{"from":"namespace","to":["early"]},1]`, `42/leaving,["said",1]`)
	s.Enter(guest, "/", "")
	s.alive(guest)
}

func refusedEvent(s *server) {
	p := s.join()
	p.Send(`42["forbidden"]`)
	s.logs("refused forbidden")
	s.neverLogs("handled forbidden")
	s.alive(p)
}
