// dynamic_test.go: namespaces that are made when a client asks for one.

package wire

import (
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
)

func dynamic() []row {
	cleanup := options{Cleanup: true}
	return slices.Concat(inBoth(
		row{name: "by pattern and by function, the first that matches", check: firstMatch},
		row{name: "none that matches", check: noMatch},
		row{name: "an event to the parent reaches all children", check: familyNews},
		row{name: "rooms and events of a child are its own", check: ownRoomsOfChild},
		row{name: "two CONNECTs at a time make one child", check: twins},
		row{name: "empty children are removed", on: cleanup, check: emptyChild(2)},
		row{name: "empty children are kept", check: emptyChild(1)},
		row{name: "a refusal leaves no child", on: cleanup, check: refusedChild(2)},
		row{name: "a child that somebody is in stays", on: cleanup, check: busyChild},
		row{name: "static namespaces stay", on: cleanup, check: staticStays},
	))
}

// which asserts what parent a namespace belongs to.
func (s *server) which(p peer.Peer, name, auth, want string) {
	s.T.Helper()
	s.Enter(p, name, auth)
	s.Ask(p, "42"+name+`,1["which"]`, "43"+name+`,1["`+want+`"]`)
}

func firstMatch(s *server) {
	p := s.open()
	s.which(p, "/dyn-1", "", "digits")
	s.which(p, "/dyn-22", "", "digits")
	s.which(p, "/dyn-x", "", "any")
	s.which(p, "/fn-1", `{"token":"yes"}`, "function")
	s.which(p, "/fn-2", `{"token":"no"}`, "any")
}

func noMatch(s *server) {
	p := s.open()
	for _, name := range []string{"/dyn-", "/xdyn-1", "/other"} {
		s.Ask(p, "40"+name+`,{"token":"yes"}`, "44"+name+`,{"message":"Invalid namespace"}`)
	}
	s.Enter(p, "/", "")
	s.alive(p)
}

func familyNews(s *server) {
	one, two, other := s.open(), s.open(), s.open()
	s.Enter(one, "/dyn-1", "")
	s.Enter(two, "/dyn-2", "")
	s.Enter(two, "/dyn-3", "")
	s.Enter(other, "/dyn-x", "")
	one.Send(`42/dyn-1,["family",[]]`)
	s.Expect(one, `42/dyn-1,["news",1]`)
	require.Equal(s.T, []string{`42/dyn-2,["news",1]`, `42/dyn-3,["news",1]`}, list(two, 2))
	s.Ask(two, `42/dyn-3,1["join",["x"]]`, `43/dyn-3,1[["x"]]`)
	s.Ask(one, `42/dyn-1,1["join",["x"]]`, `43/dyn-1,1[["x"]]`)
	two.Send(`42/dyn-2,["family",["x"]]`)
	s.Expect(two, `42/dyn-3,["news",1]`)
	s.Expect(one, `42/dyn-1,["news",1]`)
	s.Ask(other, `42/dyn-x,1["which"]`, `43/dyn-x,1["any"]`)
}

func ownRoomsOfChild(s *server) {
	one, two := s.open(), s.open()
	s.Enter(one, "/dyn-1", "")
	s.Enter(two, "/dyn-2", "")
	s.Ask(two, `42/dyn-2,1["join",["x"]]`, `43/dyn-2,1[["x"]]`)
	one.Send(`42/dyn-1,["say",{"from":"namespace","to":["x"]},1]`)
	s.Ask(one, `42/dyn-1,["say",{"from":"namespace"},2]`, `42/dyn-1,["said",2]`)
	s.Ask(two, `42/dyn-2,2["which"]`, `43/dyn-2,2["digits"]`)
}

// made counts how often a namespace was made.
func (s *server) made(name string) (times int) {
	s.T.Helper()
	for _, line := range s.log() {
		if line == "made "+name {
			times++
		}
	}
	return times
}

// twins: the two come in one breath, over two sessions.
func twins(s *server) {
	one, two := s.open(), s.open()
	one.Send("40/dyn-7,")
	two.Send("40/dyn-7,")
	require.Contains(s.T, one.Next(), `40/dyn-7,{"sid":"`)
	require.Contains(s.T, two.Next(), `40/dyn-7,{"sid":"`)
	require.Equal(s.T, 1, s.made("/dyn-7"))
	one.Send(`42/dyn-7,["say",{"from":"namespace"},1]`)
	s.Expect(one, `42/dyn-7,["said",1]`)
	s.Expect(two, `42/dyn-7,["said",1]`)
}

func emptyChild(times int) func(*server) {
	return func(s *server) {
		p := s.open()
		s.Enter(p, "/dyn-1", "")
		p.Send("41/dyn-1,")
		s.logs("disconnect /dyn-1 client namespace disconnect")
		s.settle(p)
		s.which(p, "/dyn-1", "", "digits")
		require.Equal(s.T, times, s.made("/dyn-1"))
	}
}

// settle gives the server a round trip to tidy up.
func (s *server) settle(p peer.Peer) {
	s.T.Helper()
	s.Enter(p, "/", "")
	s.alive(p)
}

func refusedChild(times int) func(*server) {
	return func(s *server) {
		p := s.open()
		s.Ask(p, `40/dyn-1,{"guest":true}`, `44/dyn-1,{"message":"members only"}`)
		s.settle(p)
		s.which(p, "/dyn-1", "", "digits")
		require.Equal(s.T, times, s.made("/dyn-1"))
	}
}

func busyChild(s *server) {
	one, two := s.open(), s.open()
	s.Enter(one, "/dyn-1", "")
	s.Enter(two, "/dyn-1", "")
	one.Send("41/dyn-1,")
	s.logs("disconnect /dyn-1 client namespace disconnect")
	s.settle(one)
	s.which(one, "/dyn-1", "", "digits")
	require.Equal(s.T, 1, s.made("/dyn-1"))
	s.Ask(two, `42/dyn-1,1["which"]`, `43/dyn-1,1["digits"]`)
}

func staticStays(s *server) {
	p := s.open()
	s.Enter(p, "/a", "")
	p.Send("41/a,")
	s.logs("disconnect /a client namespace disconnect []")
	s.settle(p)
	s.Enter(p, "/a", "")
	s.Ask(p, `42/a,["echo",1]`, `42/a,["echoed",1]`)
}
