// many_test.go: acknowledgements of many sockets, and what is known of them.

package wire

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/compat-tests/internal/peer"
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
func (s *server) asked(p peer.Peer) (id string) {
	s.T.Helper()
	packet := p.Next()
	id, ok := strings.CutSuffix(strings.TrimPrefix(packet, "42"), `["question",1]`)
	require.True(s.T, ok, packet)
	return id
}

func allAnswer(s *server) {
	one, two, three := s.join(), s.join(), s.join()
	one.Send(`42["survey",{"from":"socket"},60000]`)
	first, second := s.asked(two), s.asked(three)
	require.Equal(s.T, first, second, "each has got the event with the same ID")
	two.Send("43" + first + `["two"]`)
	three.Send("43" + second + `["three"]`)
	var answers []string
	s.surveyed(one, "all", &answers)
	require.ElementsMatch(s.T, []string{"two", "three"}, answers)
}

// surveyed reads what a survey has come to.
func (s *server) surveyed(p peer.Peer, outcome string, answers *[]string) {
	s.T.Helper()
	packet := p.Next()
	var event, got string
	require.NoError(s.T, json.Unmarshal([]byte(strings.TrimPrefix(packet, "42")), &[]any{&event, &got, answers}), packet)
	require.Equal(s.T, []string{"surveyed", outcome}, []string{event, got})
}

func someAnswer(s *server) {
	one, two, three := s.join(), s.join(), s.join()
	start := time.Now()
	one.Send(`42["survey",{"from":"socket"},300]`)
	id := s.asked(two)
	s.asked(three)
	two.Send("43" + id + `["two"]`)
	var answers []string
	s.surveyed(one, "timeout", &answers)
	require.Equal(s.T, []string{"two"}, answers)
	require.Greater(s.T, time.Since(start), 300*time.Millisecond-early)
	three.Send("43" + id + `["late"]`)
	s.alive(three)
	s.alive(one)
}

func nobodyAsked(s *server) {
	p := s.join()
	start := time.Now()
	s.Ask(p, `42["survey",{"from":"namespace","to":["nobody"]},60000]`, `42["surveyed","all",[]]`)
	require.Less(s.T, time.Since(start), peer.Patience)
}

// known is what fetch tells of a socket.
type known struct {
	ID, Name, Token, Address, Extra string

	Rooms []string
	Auth  map[string]any
}

// company is two sockets of which one is in rooms; rooms says which are asked for.
func (s *server) company(rooms string) (got []known, ann, bob string) {
	s.T.Helper()
	one, two := s.Open(s.over, "&token=1", "X-Extra", "yes"), s.Open(s.over, "&token=2")
	ann, bob = s.Enter(one, "/", `{"user":"ann"}`), s.Enter(two, "/", "")
	s.Ask(one, `421["remember","ann"]`, `431[]`)
	s.Ask(two, `421["remember","bob"]`, `431[]`)
	s.Ask(one, `422["join",["y","x"]]`, `432[["x","y"]]`)
	one.Send(fmt.Sprintf(`423["fetch",%s]`, rooms))
	data, ok := strings.CutPrefix(one.Next(), "433")
	require.True(s.T, ok)
	require.NoError(s.T, json.Unmarshal([]byte(data), &[]any{&got}))
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
	require.Equal(s.T, want, got)
}

func fetchRoom(s *server) {
	got, ann, _ := s.company(`["x"]`)
	require.Equal(s.T, []known{knownAnn(ann)}, got)
}
