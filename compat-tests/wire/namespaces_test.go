// namespaces_test.go: joining and leaving namespaces.

package wire

import (
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

func namespaces() []row {
	return slices.Concat([]row{
		{name: "a CONNECT right behind the DISCONNECT", check: hurriedBack},
	}, inBoth(
		row{name: "an unknown namespace", check: unknownNamespace},
		row{name: "the main namespace has two spellings", check: mainNamespace},
		row{name: "a query behind the name", check: nameWithQuery},
		row{name: "several namespaces over one session", check: severalNamespaces},
		row{name: "leaving one of several", check: leaveOne},
		row{name: "the server leaves one of several", check: kickedFromOne},
		row{name: "a namespace again after leaving it", check: comeBack},
		row{name: "no CONNECT in time", on: options{ConnectTimeout: 300}, check: noConnect},
		row{name: "refused, and no other CONNECT in time", on: options{ConnectTimeout: 300}, check: refusedAndNoConnect},
		row{name: "CONNECT in time", on: options{ConnectTimeout: 500}, check: connectInTime},
		row{name: "no pid without recovery", check: noPID},
		row{name: "rooms are still there in disconnect", check: roomsAtTheEnd},
		row{name: "reserved names are not emitted", check: reservedNames},
	))
}

func unknownNamespace(s *server) {
	p := s.open()
	s.Ask(p, "40/doesnotexist,", `44/doesnotexist,{"message":"Invalid namespace"}`)
	s.Enter(p, "/", "")
	s.alive(p)
}

func mainNamespace(s *server) {
	p := s.open()
	p.Send("40/,")
	require.Contains(s.T, p.Next(), `40{"sid":"`)
	s.Ask(p, `42/,["echo",1]`, `42["echoed",1]`)
	s.Ask(p, `42["echo",2]`, `42["echoed",2]`)
}

func nameWithQuery(s *server) {
	p := s.join()
	p.Send("40/a?x=1,")
	got, _, _ := strings.Cut(p.Next(), `{"sid"`)
	require.Equal(s.T, s.want("a query behind the name of a namespace"), got)
}

func severalNamespaces(s *server) {
	p := s.open()
	ids := map[string]bool{}
	for _, name := range []string{"/b", "/", "/a"} {
		ids[s.Enter(p, name, "")] = true
	}
	require.Len(s.T, ids, 3, "a socket per namespace")
	s.Ask(p, `42/a,["echo",1]`, `42/a,["echoed",1]`)
	s.Ask(p, `42/b,5["answer","x"]`, `43/b,5["x"]`)
	s.Ask(p, `451-/a,["echo",{"_placeholder":true,"num":0}]`)
	s.Ask(p, "bAA==", `451-/a,["echoed",{"_placeholder":true,"num":0}]`, "bAA==")
	s.alive(p)
}

func leaveOne(s *server) {
	p := s.join()
	s.Enter(p, "/a", "")
	p.Send("41/a,")
	s.logs("disconnect /a client namespace disconnect []")
	s.alive(p)
	s.neverLogs("disconnect / client namespace disconnect []")
}

func kickedFromOne(s *server) {
	p := s.join()
	s.Enter(p, "/a", "")
	s.Ask(p, `42/a,["bye"]`, "41/a,")
	s.logs("disconnect /a server namespace disconnect []")
	s.alive(p)
}

func comeBack(s *server) {
	p := s.open()
	first := s.Enter(p, "/a", "")
	p.Send("41/a,")
	s.logs("disconnect /a client namespace disconnect []")
	second := s.Enter(p, "/a", "")
	require.NotEqual(s.T, first, second)
	s.Ask(p, `42/a,["bye"]`, "41/a,")
	s.Enter(p, "/a", "")
	s.Ask(p, `42/a,["echo",1]`, `42/a,["echoed",1]`)
}

// hurriedBack: the two packets come in one POST.
func hurriedBack(s *server) {
	p := s.pollJoin()
	s.Enter(p, "/a", "")
	p.Send("41/a,", "40/a,")
	got, _, _ := strings.Cut(p.Next(), `{"sid"`)
	require.Equal(s.T, s.want("a CONNECT right behind the DISCONNECT"), got)
}

func noConnect(s *server) {
	start := time.Now()
	s.Expect(s.open(), peer.End)
	require.Greater(s.T, time.Since(start), time.Duration(s.on.ConnectTimeout)*time.Millisecond-early)
}

func refusedAndNoConnect(s *server) {
	p := s.open()
	s.Ask(p, "40/refusing,", `44/refusing,{"message":"Authentication error"}`, peer.End)
}

func connectInTime(s *server) {
	p := s.join()
	other := s.open() // whose end tells when the time is over
	s.Expect(other, peer.End)
	s.alive(p)
}

func noPID(s *server) {
	p := s.open()
	id := s.Enter(p, "/", "") // which fails if the answer has more than the ID
	s.Ask(p, `42["echo","x"]`, `42["echoed","x"]`)
	s.Ask(p, `421["whoami"]`, `431["`+id+`"]`)
}

func roomsAtTheEnd(s *server) {
	p := s.join()
	s.Ask(p, `421["join",["b","a"]]`, `431[["a","b"]]`)
	p.Send("41")
	s.logs("disconnect / client namespace disconnect [a,b]")
}

func reservedNames(s *server) {
	p := s.join()
	for _, name := range []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"} {
		s.Ask(p, `421["emit","`+name+`"]`, `431["refused"]`)
	}
	s.Ask(p, `421["emit","connection"]`, `42["connection"]`, `431["sent"]`)
}
