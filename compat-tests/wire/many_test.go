// many_test.go: acknowledgements of many sockets, and what is known of them.

package wire

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

func manySockets() []row {
	return slices.Concat(inBoth(
		row{name: "all answer", check: allAnswer},
		row{name: "some do not answer in time", check: someAnswer},
		row{name: "nobody is asked", check: nobodyAsked},
		row{name: "all that is known of them", check: fetchAll},
		row{name: "those in a room", check: fetchRoom},
	))
}

// asked reads the question of a survey, and returns its ID.
func (s *server) asked(p peer) (id string) {
	s.t.Helper()
	packet := p.next()
	id, ok := strings.CutSuffix(strings.TrimPrefix(packet, "42"), `["question",1]`)
	require.True(s.t, ok, packet)
	return id
}

func allAnswer(s *server) {
	one, two, three := s.join(), s.join(), s.join()
	one.send(`42["survey",{"from":"socket"},60000]`)
	first, second := s.asked(two), s.asked(three)
	require.Equal(s.t, first, second, "each has got the event with the same ID")
	two.send("43" + first + `["two"]`)
	three.send("43" + second + `["three"]`)
	var answers []string
	s.surveyed(one, "all", &answers)
	require.ElementsMatch(s.t, []string{"two", "three"}, answers)
}

// surveyed reads what a survey has come to.
func (s *server) surveyed(p peer, outcome string, answers *[]string) {
	s.t.Helper()
	packet := p.next()
	var event, got string
	require.NoError(s.t, json.Unmarshal([]byte(strings.TrimPrefix(packet, "42")), &[]any{&event, &got, answers}), packet)
	require.Equal(s.t, []string{"surveyed", outcome}, []string{event, got})
}

func someAnswer(s *server) {
	one, two, three := s.join(), s.join(), s.join()
	start := time.Now()
	one.send(`42["survey",{"from":"socket"},300]`)
	id := s.asked(two)
	s.asked(three)
	two.send("43" + id + `["two"]`)
	var answers []string
	s.surveyed(one, "timeout", &answers)
	require.Equal(s.t, []string{"two"}, answers)
	require.Greater(s.t, time.Since(start), 300*time.Millisecond-early)
	three.send("43" + id + `["late"]`)
	s.alive(three)
	s.alive(one)
}

func nobodyAsked(s *server) {
	p := s.join()
	start := time.Now()
	s.ask(p, `42["survey",{"from":"namespace","to":["nobody"]},60000]`, `42["surveyed","all",[]]`)
	require.Less(s.t, time.Since(start), patience)
}

// known is what fetch tells of a socket.
type known struct {
	ID, Name, Token, Address, Extra string

	Rooms []string
	Auth  map[string]any
}

// company is two sockets of which one is in rooms; rooms says which are asked for.
func (s *server) company(rooms string) (got []known, ann, bob string) {
	s.t.Helper()
	one, two := s.openWith("&token=1", "X-Extra", "yes"), s.openWith("&token=2")
	ann, bob = s.enter(one, "/", `{"user":"ann"}`), s.enter(two, "/", "")
	s.ask(one, `421["remember","ann"]`, `431[]`)
	s.ask(two, `421["remember","bob"]`, `431[]`)
	s.ask(one, `422["join",["y","x"]]`, `432[["x","y"]]`)
	one.send(fmt.Sprintf(`423["fetch",%s]`, rooms))
	data, ok := strings.CutPrefix(one.next(), "433")
	require.True(s.t, ok)
	require.NoError(s.t, json.Unmarshal([]byte(data), &[]any{&got}))
	return got, ann, bob
}

func knownAnn(id string) known {
	return known{
		ID: id, Name: "ann", Token: "1", Address: "127.0.0.1", Extra: "yes", Rooms: []string{"x", "y"}, Auth: map[string]any{"user": "ann"},
	}
}

func fetchAll(s *server) {
	got, ann, bob := s.company(`[]`)
	want := []known{knownAnn(ann), {ID: bob, Name: "bob", Token: "2", Address: "127.0.0.1", Rooms: []string{}, Auth: map[string]any{}}}
	require.Equal(s.t, want, got)
}

func fetchRoom(s *server) {
	got, ann, _ := s.company(`["x"]`)
	require.Equal(s.t, []known{knownAnn(ann)}, got)
}
