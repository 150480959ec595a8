// wheel_test.go: deadlines of many sessions on one goroutine.

package engine

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
)

// quiet is a handler, receiver and transport that does nothing.
type quiet struct{ conns *[]*Conn }

func (q quiet) Open(s *Session) (Receiver, error) { s.Joined(); return q, nil }
func (quiet) Receive(eio.Packet) error            { return nil }
func (quiet) Closed(CloseReason)                  {}
func (quiet) Name() string                        { return "quiet" }
func (q quiet) ServeSession(_ http.ResponseWriter, r *http.Request, s *Session) {
	if c, err := s.Attach(r, func() {}); err == nil {
		*q.conns = append(*q.conns, c)
	}
}
func (quiet) Refuse(http.ResponseWriter, *http.Request, *Error) {}

type wheelTest struct {
	*Server
	conns []*Conn
}

func newWheelTest(t *testing.T, c Config) *wheelTest {
	w := &wheelTest{}
	srv, err := New(c, quiet{&w.conns}, quiet{&w.conns})
	require.NoError(t, err)
	w.Server = srv
	return w
}

// dial opens a session.
func (w *wheelTest) dial() *Session {
	w.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/?EIO=4&transport=quiet", nil))
	return w.conns[len(w.conns)-1].s
}

func (w *wheelTest) turning() bool {
	w.wheel.mu.Lock()
	defer w.wheel.mu.Unlock()
	return w.wheel.running
}

func TestWheelStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWheelTest(t, Config{})
		require.False(t, w.turning(), "not without sessions")
		for range 3 {
			a, b := w.dial(), w.dial()
			require.True(t, w.turning())
			a.end(ForcedClose)
			time.Sleep(time.Second)
			require.True(t, w.turning())
			b.end(ForcedClose)
			time.Sleep(time.Second)
			require.False(t, w.turning()) // a leftover goroutine would fail the bubble
		}
	})
}

// All sessions meet their deadlines, though some are far away, some are removed,
// and the sweep of many takes place at once.
func TestWheelOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const step = 250 * time.Millisecond
		rnd := rand.New(rand.NewPCG(3, 4))
		w := newWheelTest(t, Config{})
		at := map[*Session]time.Duration{}
		for range 2000 {
			s := w.dial()
			at[s] = time.Duration(rnd.Int64N(int64(3 * time.Minute)))
			s.mu.Lock() // a deadline that is nobody's business but the test's
			s.due, s.until = time.Hour, w.now()+at[s]
			s.mu.Unlock()
			w.wheel.schedule(w.Server, s, at[s])
			if rnd.IntN(10) == 0 {
				s.end(ForcedClose)
				delete(at, s)
			}
		}
		start := time.Now()
		for len(at) > 0 {
			time.Sleep(step)
			synctest.Wait()
			for s, deadline := range at {
				s.mu.Lock()
				over := s.state > open
				s.mu.Unlock()
				switch late := time.Since(start) - deadline; {
				case over && late < 0:
					t.Fatalf("%v before its time", -late)
				case !over && late > 2*step:
					t.Fatalf("still there %v after its time", late)
				case over:
					delete(at, s)
				}
			}
		}
		time.Sleep(drainTime + time.Second)
		require.Zero(t, w.Sessions())
		require.False(t, w.turning())
	})
}

func TestWheelTakesTheSooner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWheelTest(t, Config{})
		s := w.dial()
		soon, late := w.now()+3*time.Second, w.now()+20*time.Second
		s.mu.Lock()
		s.due, s.until = time.Hour, soon
		s.mu.Unlock()
		w.wheel.schedule(w.Server, s, soon)
		w.wheel.schedule(w.Server, s, late)
		time.Sleep(4 * time.Second)
		<-s.Done()
		require.Less(t, w.now(), 5*time.Second)
		s.end(ForcedClose)
		time.Sleep(time.Second)
	})
}

// A session that ends while another goroutine is about to schedule it does not
// come back.
func TestScheduleAfterRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWheelTest(t, Config{})
		s := w.dial()
		s.end(ForcedClose)
		w.wheel.schedule(w.Server, s, w.now()+time.Second)
		time.Sleep(5 * time.Minute)
		require.False(t, w.turning())
	})
}

func TestWheelStep(t *testing.T) {
	for _, c := range []struct{ interval, timeout, want time.Duration }{
		{25 * time.Second, 20 * time.Second, 250 * time.Millisecond},
		{300 * time.Millisecond, 200 * time.Millisecond, 5 * time.Millisecond},
		{time.Minute, 6400 * time.Millisecond, 100 * time.Millisecond},
	} {
		var w wheel
		w.init(c.interval, c.timeout)
		require.Equal(t, c.want, w.step)
		require.Equal(t, 0, w.stepOf(0))
		require.Equal(t, 1, w.stepOf(1))
		require.Equal(t, 1, w.stepOf(w.step))
		require.Equal(t, 2, w.stepOf(w.step+1))
	}
}
