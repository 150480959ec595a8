// rooms_test.go: broadcasts to namespaces and rooms, and what can be done to many sockets.

package wire

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

func rooms() []row {
	var rows []row
	for _, b := range broadcasts {
		rows = append(rows, row{name: b.name, check: func(s *server) { b.check(s, `1`) }})
		rows = append(rows, row{name: b.name + ", binary", check: func(s *server) { b.check(s, `{"_placeholder":true,"num":0}`) }})
	}
	return slices.Concat(inBoth(rows...), inBoth(
		row{name: "except a socket by its ID", check: exceptByID},
		row{name: "to a socket by its ID", check: toByID},
		row{name: "joining twice, several, and leaving", check: joinAndLeave},
		row{name: "rooms are of one namespace", check: roomsPerNamespace},
		row{name: "rooms are left at the end", check: emptiedRooms},
		row{name: "all sockets of a room join another", check: moveRoom},
		row{name: "all sockets of a room leave another", check: leaveRoom},
		row{name: "all sockets of a room are disconnected", check: disconnectRoom(false)},
		row{name: "all sockets of a room are closed", check: disconnectRoom(true)},
		row{name: "all sockets of a namespace are disconnected", check: disconnectNamespace},
	))
}

// aBroadcast is sent by the first of four clients: 0 in no room, 1 in a, 2 in b, 3 in a and b.
type aBroadcast struct {
	name string
	to   string // as "say" takes it
	hear []int
}

var broadcasts = []aBroadcast{
	{"to the namespace", `{"from":"namespace"}`, []int{0, 1, 2, 3}},
	{"to all others", `{"from":"socket"}`, []int{1, 2, 3}},
	{"to a room", `{"from":"namespace","to":["a"]}`, []int{1, 3}},
	{"to two rooms, each client once", `{"from":"namespace","to":["a","b"]}`, []int{1, 2, 3}},
	{"to a room of nobody", `{"from":"namespace","to":["c"]}`, nil},
	{"to all but a room", `{"from":"namespace","except":["a"]}`, []int{0, 2}},
	{"to a room but another", `{"from":"namespace","to":["a"],"except":["b"]}`, []int{1}},
	{"to two rooms but both", `{"from":"namespace","to":["a"],"except":["a","b"]}`, nil},
	{"to a room without the sender", `{"from":"socket","to":["a","own"]}`, []int{1, 3}},
}

func (b aBroadcast) check(s *server, arg string) {
	var clients []peer.Peer
	for i, list := range []string{`["own"]`, `["a"]`, `["b"]`, `["a","b"]`} {
		clients = append(clients, s.join())
		s.Ask(clients[i], `421["join",`+list+`]`, `431[`+list+`]`)
	}
	packets := []string{`42["%s",` + arg + `]`}
	if arg != "1" {
		packets = []string{`451-["%s",` + arg + `]`, "bAQID"}
	}
	said := slices.Clone(packets)
	said[0] = fmt.Sprintf(said[0], "said")
	packets[0] = strings.Replace(packets[0], `"%s"`, `"say",`+b.to, 1)
	clients[0].Send(packets...)
	if !slices.Contains(b.hear, 0) {
		s.alive(clients[0]) // so that the broadcast was made when others are asked
	}
	for i, c := range clients {
		if slices.Contains(b.hear, i) {
			s.Expect(c, said...)
		}
		s.alive(c)
	}
}

// pair is two clients, the second with the ID of its socket.
func (s *server) pair() (one, two peer.Peer, id string) {
	one, two = s.join(), s.open()
	return one, two, s.Enter(two, "/", "")
}

func exceptByID(s *server) {
	one, two, id := s.pair()
	s.Ask(one, `42["say",{"from":"namespace","except":["`+id+`"]},1]`, `42["said",1]`)
	s.alive(two)
}

func toByID(s *server) {
	one, two, id := s.pair()
	one.Send(`42["say",{"from":"namespace","to":["` + id + `"]},1]`)
	s.Expect(two, `42["said",1]`)
	s.alive(one)
}

func joinAndLeave(s *server) {
	p := s.join()
	s.Ask(p, `421["join",["a","b","a"]]`, `431[["a","b"]]`)
	s.Ask(p, `422["join",["a","c"]]`, `432[["a","b","c"]]`)
	s.Ask(p, `42["say",{"from":"namespace","to":["a","b","c"]},1]`, `42["said",1]`)
	s.Ask(p, `423["leave","b"]`, `433[["a","c"]]`)
	s.Ask(p, `424["leave","never"]`, `434[["a","c"]]`)
	p.Send(`42["say",{"from":"namespace","to":["b"]},2]`)
	s.alive(p)
}

func roomsPerNamespace(s *server) {
	p := s.join()
	s.Enter(p, "/a", "")
	s.Ask(p, `421["join",["x"]]`, `431[["x"]]`)
	s.Ask(p, `42/a,1["rooms"]`, `43/a,1[[]]`)
	p.Send(`42/a,["say",{"from":"namespace","to":["x"]},1]`)
	s.alive(p)
	s.Ask(p, `42/a,["say",{"from":"namespace"},2]`, `42/a,["said",2]`)
}

// emptiedRooms: a room that everybody has left is empty for who comes next.
func emptiedRooms(s *server) {
	one, two, _ := s.pair()
	s.Ask(two, `421["join",["x"]]`, `431[["x"]]`)
	two.Send("41")
	s.logs("disconnect / client namespace disconnect [x]")
	one.Send(`42["say",{"from":"namespace","to":["x"]},1]`)
	s.alive(one)
	s.Ask(one, `421["join",["x"]]`, `431[["x"]]`)
	s.Ask(one, `42["say",{"from":"namespace","to":["x"]},2]`, `42["said",2]`)
	s.Enter(two, "/", "")
	s.alive(two)
}

func moveRoom(s *server) {
	one, two, _ := s.pair()
	s.Ask(two, `421["join",["x"]]`, `431[["x"]]`)
	s.Ask(one, `422["move",{"to":["x"]},"join","y",false]`, `432[]`)
	s.Ask(two, `421["rooms"]`, `431[["x","y"]]`)
	s.Ask(one, `421["rooms"]`, `431[[]]`)
	s.Ask(one, `422["move",{},"join","all",false]`, `432[]`)
	s.Ask(two, `421["rooms"]`, `431[["all","x","y"]]`)
	s.Ask(one, `421["rooms"]`, `431[["all"]]`)
}

func leaveRoom(s *server) {
	one, two, _ := s.pair()
	s.Ask(one, `421["join",["y"]]`, `431[["y"]]`)
	s.Ask(two, `421["join",["x","y","z"]]`, `431[["x","y","z"]]`)
	s.Ask(one, `422["move",{"to":["x"]},"leave","y",false]`, `432[]`)
	s.Ask(two, `421["rooms"]`, `431[["x","z"]]`)
	s.Ask(one, `421["rooms"]`, `431[["y"]]`)
	s.Ask(one, `422["move",{},"leave","z",false]`, `432[]`)
	s.Ask(two, `421["rooms"]`, `431[["x"]]`)
}

func disconnectRoom(shut bool) func(*server) {
	return func(s *server) {
		one, two, _ := s.pair()
		s.Enter(two, "/a", "")
		s.Ask(two, `421["join",["x"]]`, `431[["x"]]`)
		one.Send(fmt.Sprintf(`42["move",{"to":["x"]},"disconnect","",%t]`, shut))
		if shut {
			require.Equal(s.T, []string{"41", "41/a,"}, list(two, 2))
			s.Expect(two, peer.End)
		} else {
			s.Expect(two, "41")
			s.Ask(two, `42/a,["echo",1]`, `42/a,["echoed",1]`)
		}
		s.logs("disconnect / server namespace disconnect [x]")
		s.alive(one)
	}
}

func disconnectNamespace(s *server) {
	one, two, _ := s.pair()
	s.Enter(one, "/a", "")
	s.Enter(two, "/a", "")
	one.Send(`42/a,["move",{},"disconnect","",false]`)
	s.Expect(one, "41/a,")
	s.Expect(two, "41/a,")
	s.alive(one)
	s.alive(two)
}
