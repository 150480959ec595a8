// whiteboard_test.go: all pages have the same sheet, whatever becomes of their connections.

package app

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
)

// everywhere runs a test in a bubble, over each transport.
func everywhere(t *testing.T, f func(t *testing.T, w *whiteboard, arrive func(name string) *page)) {
	for _, transport := range []string{client.WebSocket, client.SSE, client.Polling} {
		t.Run(transport, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				own, err := everwire.New(everwire.Config{Logger: everwiretest.Logger(t)})
				require.NoError(t, err)
				w := openWhiteboard(own)
				srv := everwiretest.Start(t, own)
				f(t, w, func(name string) *page { return arrive(t, srv, name, transport) })
			})
		})
	}
}

// A page puts together what it is sent, as whiteboard.js does.
type page struct {
	*everwiretest.Client
	sheet  *everwiretest.Inbox[Sheet]
	drawn  *everwiretest.Inbox[Stroke]
	erased *everwiretest.Inbox[Strokes]
	here   *everwiretest.Inbox[People]
	hands  *everwiretest.Inbox[Hand]
}

func arrive(t *testing.T, srv *everwiretest.Server, name, transport string) *page {
	t.Helper()
	key := name + strings.Repeat("-", 16)
	p := &page{Client: srv.NewClient(t, everwiretest.Over(transport), everwiretest.Auth(Hello{key, name}))}
	p.sheet, p.drawn = everwiretest.Collect(p.Client, Opening), everwiretest.Collect(p.Client, Drawn)
	p.erased, p.here = everwiretest.Collect(p.Client, Erased), everwiretest.Collect(p.Client, Here)
	p.hands = everwiretest.Collect(p.Client, Moved)
	require.NoError(t, p.Connect(t.Context()))
	synctest.Wait() // until the page is in its room
	return p
}

func (p *page) draw(t *testing.T, s Stroke) Have {
	t.Helper()
	have, err := Draw.Call(t.Context(), p, s)
	require.NoError(t, err)
	return have
}

func TestLateJoinerHasTheSheet(t *testing.T) {
	everywhere(t, func(t *testing.T, _ *whiteboard, arrive func(string) *page) {
		ann := arrive("ann")
		assert.Empty(t, ann.sheet.Next(t).Strokes)
		ann.draw(t, piece("a", 0, 10))
		ann.draw(t, piece("a", 10, 5))
		ann.draw(t, piece("b", 0, 1))

		late := arrive("ben").sheet.Next(t)
		require.Len(t, late.Strokes, 2)
		assert.Equal(t, piece("a", 0, 15).Points, late.Strokes[0].Points)
		assert.Len(t, late.People.Here, 2)
	})
}

func TestCutsLoseNoPiece(t *testing.T) {
	everywhere(t, func(t *testing.T, w *whiteboard, arrive func(string) *page) {
		ann, ben := arrive("ann"), arrive("ben")
		for i := range 40 {
			require.NoError(t, everwire.Event[Stroke](Draw).Emit(ann, piece("a", 5*i, 5)))
			switch i % 10 {
			case 2:
				ann.Cut()
			case 4:
				ben.Cut()
			case 6:
				ben.Offline()
			case 8:
				ben.Resume()
			}
		}
		points := []int{}
		for len(points) < 400 {
			got := ben.drawn.Next(t)
			require.Equal(t, len(points)/2, got.From, "in order, each once")
			points = append(points, got.Points...)
		}
		assert.Equal(t, piece("a", 0, 200).Points, points)
		assert.Equal(t, points, w.sheet.all()[0].Points)
		ann.drawn.None(t, time.Second) // who draws is not told
	})
}

func TestErasedForAll(t *testing.T) {
	everywhere(t, func(t *testing.T, w *whiteboard, arrive func(string) *page) {
		ann, ben := arrive("ann"), arrive("ben")
		ann.draw(t, piece("a", 0, 10))
		gone, err := Erase.Call(t.Context(), ben, Strokes{[]string{"a", "b"}})
		require.NoError(t, err)
		assert.Equal(t, []string{"a"}, gone.IDs)
		assert.Equal(t, []string{"a"}, ann.erased.Next(t).IDs)
		_, err = Draw.Call(t.Context(), ann, piece("a", 10, 5)) // the hand was still moving
		assertRefused(t, "gone", err)
		assert.Empty(t, w.sheet.all())
	})
}

func TestSlowPageSeesTheLastPlaceOfAHand(t *testing.T) {
	everywhere(t, func(t *testing.T, _ *whiteboard, arrive func(string) *page) {
		ann, ben := arrive("ann"), arrive("ben")
		ben.Offline()
		for x := range 500 {
			require.NoError(t, Moved.Emit(ann, Hand{Who: "forged", X: x}))
		}
		synctest.Wait()
		ben.Resume()
		time.Sleep(time.Minute) // of the bubble's time: it is back
		got := ben.hands.All()
		require.NotEmpty(t, got)
		assert.Less(t, len(got), 5, "of five hundred places")
		assert.Equal(t, Hand{Who: ann.ID(), X: 499}, got[len(got)-1])
	})
}

func TestPeopleComeAndGo(t *testing.T) {
	everywhere(t, func(t *testing.T, _ *whiteboard, arrive func(string) *page) {
		ann := arrive("ann")
		ben := arrive("ben")
		came := ann.here.Await(t, func(p People) bool { return len(p.Here) == 2 })
		assert.Equal(t, "ben", came.Here[1].Name)
		require.NoError(t, Renamed.Emit(ben, Person{Name: " Ben  Okafor "}))
		assert.Equal(t, "Ben Okafor", ann.here.Next(t).Here[1].Name)
		require.NoError(t, ben.Close(t.Context()))
		went := ann.here.Next(t)
		assert.Len(t, went.Here, 1)
		assert.Greater(t, went.Rev, came.Rev)
	})
}

func TestPageWithoutKeyIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own, err := everwire.New(everwire.Config{Logger: everwiretest.Logger(t)})
		require.NoError(t, err)
		openWhiteboard(own)
		srv := everwiretest.Start(t, own)
		for _, hello := range []Hello{{}, {Key: "short"}, {Key: strings.Repeat("x", maxKey+1)}} {
			assertRefused(t, "hello_invalid", srv.NewClient(t, everwiretest.Auth(hello)).Connect(t.Context()))
		}
	})
}
