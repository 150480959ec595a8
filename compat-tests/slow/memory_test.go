// memory_test.go: what waits for a client that does not read, in bytes and by policy.

package slow

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/engine"
)

// transports are the clients that stop reading, by the query of their handshakes.
var transports = map[string]string{
	"websocket":           "websocket",
	"polling":             "polling",
	"resumable websocket": "websocket&resume=1",
}

func eachTransport(t *testing.T, f func(t *testing.T, s *testServer, p *peer)) {
	needsCompat(t)
	for name, query := range transports {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, everwire.Config{})
			s.name = name
			f(t, s, s.dial(t, query))
		})
	}
}

// slack is what the heap may grow by beside what waits: buffers of the transports, and the tests' own.
const slack = 512 << 10

// sizes are those of events. The large one fits the size classes of the allocator, which rounds others up by an eighth.
var sizes = map[string]int{"tiny": 10, "small": 900, "large": 57_000}

// A client that reads no more is ended when 4 MiB wait for it, and until then holds no more than that.
func TestMemoryOfOneThatStopsReading(t *testing.T) {
	eachTransport(t, func(t *testing.T, s *testServer, _ *peer) {
		for name, size := range sizes {
			t.Run(name, func(t *testing.T) { s.fill(t, s.dial(t, transports[s.name]), size) })
		}
	})
}

// fill sends events of a size to a client that does not read.
func (s *testServer) fill(t *testing.T, p *peer, size int) {
	s.forget()
	socket, pad := s.socket(p), strings.Repeat("x", size)
	before, sent := heap(), 0
	emit := func() error {
		if sent++; size > 10_000 || sent%1000 == 0 {
			time.Sleep(time.Millisecond) // for the transport to take what it can
		}
		err := socket.Emit("e", pad)
		require.LessOrEqual(t, socket.Buffered(), limit)
		return err
	}
	for socket.Buffered() < limit-(512<<10) {
		require.NoError(t, emit())
	}
	waits, held := socket.Buffered(), heap()-before
	t.Logf("%d events of %d bytes were sent, %d bytes wait, the heap has grown by %d: %.2f times that", sent, size, waits, held, float64(held)/float64(waits))
	most := limit + slack
	if size < 100 {
		most = 3 * limit // such an event counts for 48 bytes, and takes 130
	}
	require.LessOrEqual(t, held, most)
	require.GreaterOrEqual(t, held, waits*9/10, "what waits is on the heap, else this measures nothing")

	var err error
	for err == nil {
		err = emit()
	}
	require.True(t, errors.Is(err, engine.ErrSlow), err)
	s.endsAsSlow(t, p.id)
	after := heap() - before
	t.Logf("%d bytes are left after its end", after)
	require.LessOrEqual(t, after, slack)
}

// endsAsSlow waits for the end of a socket, which the observer and OnDisconnect hear of.
func (s *testServer) endsAsSlow(t *testing.T, id string) {
	t.Helper()
	require.Eventually(t, func() bool { why, observed := s.ended(id); return why != "" && observed }, 20*time.Second, 5*time.Millisecond)
	why, _ := s.ended(id)
	require.Equal(t, engine.SlowClient, why)
}

// While a client does not read, volatile events are dropped for it: nothing waits, and nothing ends. When it reads again it
// gets what is sent then.
func TestVolatileForOneThatStopsReading(t *testing.T) {
	eachTransport(t, func(t *testing.T, s *testServer, p *peer) {
		socket, most := s.socket(p), 0
		before := heap()
		for i := range 3000 {
			require.NoError(t, s.Volatile().Emit("v", i, strings.Repeat("x", 1024)))
			most = max(most, socket.Buffered())
			if i%10 == 0 {
				time.Sleep(10 * time.Millisecond)
			}
		}
		t.Logf("of 3,000 volatile events of 1 KiB at most %d bytes waited, the heap has grown by %d", most, heap()-before)
		require.LessOrEqual(t, most, 2048, "one that was about to be taken")
		require.Zero(t, socket.Buffered())
		why, _ := s.ended(p.id)
		require.Empty(t, why)

		require.NoError(t, s.Emit("after"))
		got, last := 0, -1
		s.until(t, p, `["after"]`, func(name string, args []any) {
			require.Equal(t, "v", name)
			n := int(args[0].(float64))
			require.Greater(t, n, last, "in order")
			got, last = got+1, n
		})
		t.Logf("%d of them were delivered", got)
		require.Less(t, got, 3000)
	})
}

// until reads to the event of that text, and passes on what comes before.
func (s *testServer) until(t *testing.T, p *peer, last string, f func(name string, args []any)) {
	t.Helper()
	for {
		for _, packet := range p.read() {
			text, isEvent := strings.CutPrefix(packet, "42")
			if text == last {
				return
			}
			if !isEvent {
				continue // a ping
			}
			var args []any
			require.NoError(t, json.Unmarshal([]byte(text), &args))
			f(args[0].(string), args[1:])
		}
	}
}

// Of 100 prices that change 1,000 times a second, the newest of each waits for a client that does not read. When it reads
// again it gets those; and everything else, in order.
func TestLatestForOneThatStopsReading(t *testing.T) {
	const keys, updates = 100, 3000
	eachTransport(t, func(t *testing.T, s *testServer, p *peer) {
		socket, most, size, plain := s.socket(p), 0, 0, 0
		pad := strings.Repeat("x", 2048)
		before := heap()
		for i := range updates {
			key := fmt.Sprint("k", i%keys)
			require.NoError(t, s.Latest(key).Emit("price", key, i, pad))
			most = max(most, socket.Buffered())
			if i == 0 {
				size = max(len(pad)+100, most)
			}
			if i%100 == 0 {
				require.NoError(t, s.Emit("plain", plain))
				plain++
			}
			time.Sleep(time.Second / 1000)
		}
		t.Logf("of %d updates at most %d bytes waited, which is %.1f times one of each key; the heap has grown by %d",
			updates, most, float64(most)/float64(keys*size), heap()-before)
		require.LessOrEqual(t, most, keys*size+plain*100)
		require.Greater(t, most, keys*size/2, "it did not read")
		why, _ := s.ended(p.id)
		require.Empty(t, why)

		require.NoError(t, s.Emit("after"))
		newest, plains, got := map[string]int{}, 0, 0
		s.until(t, p, `["after"]`, func(name string, args []any) {
			if name == "plain" {
				require.EqualValues(t, plains, args[0], "in order")
				plains++
				return
			}
			key, n := args[0].(string), int(args[1].(float64))
			if old, ok := newest[key]; ok {
				require.Greater(t, n, old, "of one key")
			}
			newest[key] = n
			got++
		})
		t.Logf("%d updates were delivered", got)
		require.Equal(t, plain, plains)
		require.Less(t, got, updates)
		want := map[string]int{}
		for i := updates - keys; i < updates; i++ {
			want[fmt.Sprint("k", i%keys)] = i
		}
		require.True(t, maps.Equal(want, newest), "the newest of each")
	})
}
