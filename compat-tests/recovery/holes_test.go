// holes_test.go: the cases in which the official server does not recover a connection, or tells the client something
// that is not true.

package recovery

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// brisk is a heartbeat that soon tells the server of a connection that was cut while no poll was waiting.
var brisk = settings{pingInterval: 300 * time.Millisecond, pingTimeout: time.Second}

var holes = []hole{
	{name: "no event received yet", on: brisk, run: func(s *scene) {
		s.cut()
		s.do("all", "e", 1)
		s.mend()
		s.connects(true, "e 1")
		s.only()
	}},
	{name: "rooms, and the socket's own events", on: brisk, run: func(s *scene) {
		s.do("all", "e", 1)
		s.gets("e 1")
		s.cut()
		s.do("all", "e", 2)
		s.do("room", "e", 3)
		s.do("id", "e", 4)
		s.do("socket", "e", 5)
		s.mend()
		s.connects(true, "e 2", "e 3", "e 4", "e 5")
		s.do("room", "e", 6)
		s.gets("e 6")
		s.only()
	}},
	{
		name: "quiet for longer than the window",
		on:   settings{window: time.Second, pingInterval: 200 * time.Millisecond, pingTimeout: time.Second},
		run: func(s *scene) {
			s.do("all", "e", 1)
			s.gets("e 1")
			time.Sleep(2 * time.Second) // of the case itself: nothing is to happen
			s.cut()
			s.do("all", "e", 2)
			s.mend()
			s.connects(true, "e 2")
			s.only()
		},
	},
	{name: "after a volatile event that ends with a text", on: brisk, run: func(s *scene) {
		s.do("all", "e", 1)
		s.gets("e 1")
		require.True(s, await(s.limit, func() bool { // one finds the connection idle
			s.do("volatile", "v", "text")
			var h happening
			got, err := s.visitor.read(50*time.Millisecond, &h)
			require.NoError(s, err)
			return got && h.String() == "v text"
		}), "no volatile event arrives")
		s.cut()
		s.do("all", "last", 1)
		s.mend()
		s.connects(true, "last 1")
		s.only()
	}},
	{name: "after an acknowledged event that ends with a text", on: brisk, run: func(s *scene) {
		s.do("all", "e", 1)
		s.gets("e 1")
		s.do("ask", "q", "text")
		s.gets("q text")
		s.cut()
		s.do("all", "e", 2)
		s.mend()
		s.connects(true, "e 2")
		s.only()
	}},
	{name: "the old connection is half-open", run: func(s *scene) {
		s.do("all", "e", 1)
		s.gets("e 1")
		s.halve()
		s.do("all", "e", 2)
		s.mend()
		s.connects(true, "e 2")
		require.Equal(s, 1, s.do("sockets"))
		s.only()
	}},
	{name: "half-open, and no event received yet", run: func(s *scene) {
		s.halve()
		s.do("id", "e", 1)
		s.mend()
		s.connects(true, "e 1")
		s.only()
	}},
	{name: "a second and a third time", on: brisk, run: func(s *scene) {
		s.do("all", "e", 0)
		s.gets("e 0")
		for n := 1; n <= 3; n++ {
			s.cut()
			s.do("room", "e", n)
			s.mend()
			s.connects(true, fmt.Sprint("e ", n))
		}
		s.only()
	}},
	{name: "a second and a third time, with nothing between", on: brisk, run: func(s *scene) {
		for range 3 {
			s.cut()
			s.mend()
			s.connects(true)
		}
		s.cut()
		s.do("room", "e", 1)
		s.mend()
		s.connects(true, "e 1")
		s.only()
	}},
	{name: "middlewares run again", on: brisk, run: func(s *scene) {
		s.do("all", "e", 1)
		s.gets("e 1")
		s.cut()
		s.mend()
		s.connects(true)
		require.Equal(s, 2, s.do("admitted"))
		s.cut()
		s.do("revoke")
		s.do("all", "secret", 1)
		s.mend()
		h := s.next("refused (revoked)")
		require.Equal(s, "refused (revoked)", h.String())
	}},
	{name: "cut again while it gets what it has missed", on: brisk, over: "websocket", run: func(s *scene) {
		s.do("all", "e", 0)
		s.gets("e 0")
		s.cut()
		var missed []string
		for n := 1; n <= 20; n++ {
			s.do("all", "e", n, strings.Repeat(".", 100))
			missed = append(missed, fmt.Sprint("e ", n))
		}
		s.visitor.cutOff.Store(700) // behind a few of them
		s.mend()
		s.getsAll(missed)
		s.only()
	}},
}

// atATime is how many cases run at once.
const atATime = 12

// TestHoles: none of them is ours. What the official server makes of them is printed.
func TestHoles(t *testing.T) {
	needsClients(t)
	rows := []string{"case\ttransport\teverwire\tsocket.io 4.8.4"}
	var mu sync.Mutex // guards rows
	var cases sync.WaitGroup
	slots := make(chan struct{}, atATime)
	for _, h := range holes {
		for _, transport := range []string{"websocket", "polling"} {
			if h.over != "" && h.over != transport {
				continue
			}
			slots <- struct{}{}
			cases.Go(func() { // ends with the case
				defer func() { <-slots }()
				t.Run(h.name+" ("+transport+")", func(t *testing.T) {
					ours, official := h.compare(t, transport)
					for _, f := range ours {
						t.Error(f)
					}
					mu.Lock()
					defer mu.Unlock()
					rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s", h.name, transport, verdict(ours), verdict(official)))
				})
			})
		}
	}
	cases.Wait()
	slices.Sort(rows[1:])
	t.Log(table(rows))
}

func (h hole) compare(t *testing.T, transport string) (ours, official []string) {
	mine, err := startOurs(h.on)
	require.NoError(t, err)
	defer mine.end()
	theirs, err := startOfficial(h.on)
	require.NoError(t, err)
	defer theirs.end()
	return h.play(t, mine, true, transport), h.play(t, theirs, false, transport)
}

// verdict is a cell of the table.
func verdict(failures []string) string {
	if len(failures) == 0 {
		return "ok"
	}
	text := strings.Join(strings.Fields(failures[0]), " ")
	_, text, _ = strings.Cut(text, "Error: ")
	text, _, _ = strings.Cut(strings.ReplaceAll(text, "Not equal: ", ""), " Diff: ")
	return text
}
