// notifier_test.go: pages are asked, the first answer counts, and nothing is lost.

package app

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/everwiretest"
)

// A rig is a server with the endpoints of an app.
type rig struct {
	*everwiretest.Server
	rest http.Handler
	own  *notifier
}

// everywhere runs a test in a bubble, over each transport.
func everywhere(t *testing.T, f func(t *testing.T, r *rig, over everwiretest.Option)) {
	for _, transport := range []string{client.WebSocket, client.SSE, client.Polling} {
		t.Run(transport, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				srv, err := everwire.New(everwire.Config{Logger: everwiretest.Logger(t)})
				require.NoError(t, err)
				n := openNotifier(srv, newDesks(ctx), newTokens())
				t.Cleanup(func() { stop(); n.asking.Wait() })
				f(t, &rig{everwiretest.Start(t, srv), routes(n), n}, everwiretest.Over(transport))
			})
		})
	}
}

// A page is somebody's, who answers when they have read.
type page struct {
	*everwiretest.Client
	desk *everwiretest.Inbox[Desk]
	read *everwiretest.Inbox[Notification]

	mu     sync.Mutex // guards what follows
	asked  []string   // titles
	open   []*client.Ctx
	reader bool // reads at once
}

func (r *rig) arrive(t *testing.T, user string, over everwiretest.Option) *page {
	t.Helper()
	p := &page{}
	p.Client = r.NewClient(t, over, everwiretest.Auth(Hello{login(t, r.rest, user)}))
	p.desk, p.read = everwiretest.Collect(p.Client, Opening), everwiretest.Collect(p.Client, Read)
	p.On(string(Notify), p.notified)
	require.NoError(t, p.Connect(t.Context()))
	synctest.Wait() // until the page is in the room and has been asked for what is unread
	return p
}

func (p *page) notified(c *client.Ctx) error {
	var n Notification
	if err := c.Bind(&n); err != nil {
		return err
	}
	p.mu.Lock()
	p.asked, p.open = append(p.asked, n.Title), append(p.open, c)
	reader := p.reader
	p.mu.Unlock()
	if reader {
		p.answer()
	}
	return nil
}

// reads has the page answer all that it was asked, and from now on at once.
func (p *page) reads() {
	p.mu.Lock()
	p.reader = true
	p.mu.Unlock()
	p.answer()
}

func (p *page) answer() {
	p.mu.Lock()
	open := p.open
	p.open = nil
	p.mu.Unlock()
	for _, c := range open {
		_ = c.Ack(Receipt{"phone"}) // if it is gone, the test sees that
	}
}

func (p *page) titles() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

func (r *rig) send(t *testing.T, token, title string, to ...string) {
	t.Helper()
	w := post(t, r.rest, "/api/notifications", token, Draft{To: to, Kind: "deploy", Title: title})
	require.Equal(t, http.StatusCreated, w.Code, w.Body)
}

func TestFirstAnswerIsTheReceipt(t *testing.T) {
	everywhere(t, func(t *testing.T, r *rig, over everwiretest.Option) {
		ann, phone, desktop, cleo := r.arrive(t, "ann", over), r.arrive(t, "ben", over), r.arrive(t, "ben", over), r.arrive(t, "cleo", over)
		r.send(t, login(t, r.rest, "ann"), "Release 2.4 is out", "ben")
		synctest.Wait()
		assert.Equal(t, []string{"Release 2.4 is out"}, phone.titles())
		assert.Equal(t, []string{"Release 2.4 is out"}, desktop.titles())
		assert.Empty(t, cleo.titles())

		time.Sleep(time.Hour) // of the bubble's time: people read later
		phone.reads()
		for _, p := range []*page{ann, phone, desktop} {
			got := p.read.Next(t)
			assert.Equal(t, "phone", got.ReadOn)
			assert.InDelta(t, time.Hour.Milliseconds(), got.ReadAt-got.Time, 1000)
		}
		cleo.read.None(t, time.Second)

		third := r.arrive(t, "ben", over)
		assert.Len(t, third.desk.Next(t).Read, 1)
		synctest.Wait()
		assert.Empty(t, third.titles(), "what is read is not asked")
	})
}

func TestUnreadWaitsForItsPerson(t *testing.T) {
	everywhere(t, func(t *testing.T, r *rig, over everwiretest.Option) {
		token := login(t, r.rest, "ann")
		r.send(t, token, "While you were away", "ben")
		ben := r.arrive(t, "ben", over)
		synctest.Wait()
		assert.Equal(t, []string{"While you were away"}, ben.titles())
		require.NoError(t, ben.Close(t.Context())) // without an answer

		again := r.arrive(t, "ben", over)
		again.reads()
		again.read.Next(t)
		assert.Equal(t, []string{"While you were away"}, again.titles())
	})
}

func TestCutsLoseNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, r *rig, over everwiretest.Option) {
		ann, ben := r.arrive(t, "ann", over), r.arrive(t, "ben", over)
		token := login(t, r.rest, "ann")
		ben.reads()
		var want []string
		for i := range 30 {
			want = append(want, fmt.Sprint("note ", i))
			r.send(t, token, want[i], "ben")
			switch i % 10 {
			case 3:
				ben.Cut()
			case 5:
				ben.Offline()
			case 7:
				ann.Cut()
			case 9:
				ben.Resume()
			}
		}
		read := map[string]int{}
		for range want {
			read[ann.read.Next(t).Title]++
		}
		assert.Len(t, read, len(want))
		assert.ElementsMatch(t, want, ben.titles(), "each once")
		ann.read.None(t, time.Minute)
	})
}

func TestPresence(t *testing.T) {
	everywhere(t, func(t *testing.T, r *rig, over everwiretest.Option) {
		ann := r.arrive(t, "ann", over)
		here := everwiretest.Collect(ann.Client, Here)
		first, second := r.arrive(t, "ben", over), r.arrive(t, "ben", over)
		assert.Equal(t, Person{"ben", "Ben Okafor", "Backend", true}, here.Next(t))
		require.NoError(t, first.Close(t.Context()))
		here.None(t, time.Second)
		require.NoError(t, second.Close(t.Context()))
		assert.False(t, here.Next(t).Here)
		for range maxPages {
			r.arrive(t, "ben", over)
		}
		assert.True(t, here.Next(t).Here)
		here.None(t, time.Second)
	})
}

func TestExpiredTokenEndsTheSocket(t *testing.T) {
	everywhere(t, func(t *testing.T, r *rig, over everwiretest.Option) {
		ben := r.arrive(t, "ben", over)
		time.Sleep(tokenLife - time.Minute) // of the bubble's time
		assert.True(t, ben.Connected())
		time.Sleep(2 * time.Minute)
		assert.False(t, ben.Connected())

		var refused *client.ConnectError
		require.ErrorAs(t, ben.Connect(t.Context()), &refused, "with the token of before")
		var e *everwire.Error
		require.ErrorAs(t, refused, &e)
		assert.Equal(t, "token_invalid", e.Code)
	})
}

func TestWelcomeOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, r *rig, over everwiretest.Option) {
		r.own.greeter = &greeter{}
		for range 2 { // also on a second page
			r.arrive(t, "ben", over)
			synctest.Wait()
			_, unread := r.own.desks.view("ben")
			require.Len(t, unread, 1)
			assert.Equal(t, "Welcome, Ben", unread[0].Title)
			assert.Equal(t, "ann", unread[0].From)
		}
		_, unread := r.own.desks.view("ann")
		assert.Empty(t, unread)
	})
}
