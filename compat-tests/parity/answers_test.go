// answers_test.go: the rows about acknowledgements of many, and about the other servers.

package parity

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/namespace/sio"
)

var _ = prove(map[string]func(*testing.T){
	"server-emit-with-ack":     emitWithAck,
	"broadcast-ack":            broadcastAck,
	"broadcast-ack-id":         broadcastAckID,
	"broadcast-ack-cluster":    broadcastAckCluster,
	"broadcast-ack-partial":    broadcastAckPartial,
	"broadcast-ack-nobody":     broadcastAckNobody,
	"broadcast-ack-no-timeout": broadcastAckNoTimeout,
	"broadcast-ack-arguments":  broadcastAckArguments,
	"broadcast-ack-left":       broadcastAckLeft,
	"operator-timeout":         operatorTimeout,
	"namespace-ack-ids":        namespaceAckIDs,

	"adapter-broadcast-with-ack": asks(adapter.Call, func(ctx context.Context, n *everwire.Namespace) { drain(n.To("x").Call(ctx, "e", 1)) }),
	"adapter-server-count":       broadcastAckCluster,

	"server-side-emit":          serverSideEmit,
	"server-side-emit-ack":      serverSideAsk,
	"server-side-emit-reserved": serverSideReserved,
	"server-side-emit-timeout":  serverSideTimeout,
	"adapter-server-side-emit":  adapterServe,
})

// answers are what a question to many came to: the first arguments, in order, and the errors.
type answers struct {
	words []string
	errs  []error
	took  time.Duration
}

// ask collects the answers in the background.
func ask(list iter.Seq2[sio.Body, error]) <-chan answers {
	done := make(chan answers, 1)
	go func() { // ends with the sequence, which has a deadline
		var got answers
		start := time.Now()
		for body, err := range list {
			if err != nil {
				got.errs = append(got.errs, err)
				continue
			}
			var word string
			if err := body.Bind(0, &word); err != nil {
				got.errs = append(got.errs, err)
			}
			got.words = append(got.words, word)
		}
		slices.Sort(got.words)
		got.took = time.Since(start)
		done <- got
	}()
	return done
}

// drain waits for the end of a sequence.
func drain(list iter.Seq2[sio.Body, error]) answers { return <-ask(list) }

// reply answers an event "ask".
func (m *member) reply(answer string) { m.Send("43" + m.question("") + answer) }

func emitWithAck(t *testing.T) {
	s := serve(t, everwire.Config{})
	a, b := s.join(), s.joinPolling()
	done := ask(s.srv.Call(t.Context(), "ask"))
	a.reply(`["a"]`)
	b.reply(`["b"]`)
	got := <-done
	require.Equal(t, []string{"a", "b"}, got.words)
	require.Empty(t, got.errs)
	// The loop may be left as soon as there is an answer.
	first := make(chan string, 1)
	go func() { // ends with the first answer
		for body := range s.srv.Call(t.Context(), "ask") {
			var word string
			_ = body.Bind(0, &word)
			first <- word
			break
		}
	}()
	b.reply(`["quick"]`)
	require.Equal(t, "quick", <-first)
	a.question("")

	sum := make(chan float64, 1)
	go func() { // ends with the answers
		total := 0.0
		for v, err := range everwire.RPC[int, float64]("ask").CallAll(t.Context(), s.srv, 7) {
			if err == nil {
				total += v
			}
		}
		sum <- total
	}()
	a.Send("43" + a.question(",7") + "[0.5]")
	b.Send("43" + b.question(",7") + "[0.25]")
	require.Equal(t, 0.75, <-sum)
}

func broadcastAck(t *testing.T) {
	s := serve(t, everwire.Config{})
	all := s.quartet()
	done := ask(s.srv.To("a", "b").Call(t.Context(), "ask"))
	for i, c := range all[1:] {
		select {
		case <-done:
			require.Fail(t, "it does not wait for all")
		default:
		}
		c.reply([]string{`["one"]`, `["three"]`, `["two"]`}[i])
	}
	require.Equal(t, []string{"one", "three", "two"}, (<-done).words)
	all[0].quiet()
}

func broadcastAckID(t *testing.T) {
	s := serve(t, everwire.Config{})
	a, b := s.join(), s.join()
	done := ask(s.srv.Call(t.Context(), "ask"))
	one, other := a.question(""), b.question("")
	require.Equal(t, one, other)
	a.Send("43" + one + `["a"]`)
	b.Send("43" + other + `["b"]`)
	require.Equal(t, []string{"a", "b"}, (<-done).words)
}

func broadcastAckCluster(t *testing.T) {
	a, b := two(t, everwire.Config{})
	near, far := a.join(), b.join()
	done := ask(a.srv.Call(t.Context(), "ask"))
	near.reply(`["near"]`)
	far.reply(`["far"]`)
	got := <-done
	require.Equal(t, []string{"far", "near"}, got.words)
	require.Empty(t, got.errs)
}

func broadcastAckPartial(t *testing.T) {
	a, b := two(t, everwire.Config{})
	near, silent, far := a.join(), a.join(), b.join()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	done := ask(a.srv.Call(ctx, "ask"))
	near.reply(`["near"]`)
	far.reply(`["far"]`)
	silent.question("")
	got := <-done
	require.Equal(t, []string{"far", "near"}, got.words)
	require.Len(t, got.errs, 1)
	require.ErrorIs(t, got.errs[0], everwire.ErrTimeout)
}

func broadcastAckNobody(t *testing.T) {
	a, b := two(t, everwire.Config{})
	b.join()
	got := drain(a.srv.To("nobody").Call(t.Context(), "ask"))
	require.Empty(t, got.words)
	require.Empty(t, got.errs)
	require.Less(t, got.took, 10*time.Second)
}

func broadcastAckNoTimeout(t *testing.T) {
	bubble(t, everwire.Config{CallTimeout: 3 * time.Second}, func(t *testing.T, s *site) {
		a, b := s.join(), s.join()
		done := ask(s.srv.Call(context.Background(), "ask"))
		a.reply(`["a"]`)
		b.question("")
		got := <-done
		require.InDelta(t, 3, got.took.Seconds(), 0.1)
		require.Equal(t, []string{"a"}, got.words)
		require.Len(t, got.errs, 1)
	})
}

func broadcastAckArguments(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	got := make(chan sio.Body, 1)
	go func() { // ends with the answer
		for body := range s.srv.Call(t.Context(), "ask") {
			got <- body
		}
	}()
	c.reply(`[1,"two"]`)
	body := <-got
	var n int
	var word string
	require.NoError(t, body.Bind(0, &n, &word))
	require.Equal(t, []any{2, 1, "two"}, []any{body.Len(), n, word})
}

func broadcastAckLeft(t *testing.T) {
	s := serve(t, everwire.Config{})
	a, b := s.join(), s.join()
	done := ask(s.srv.Call(t.Context(), "ask"))
	a.reply(`["a"]`)
	b.question("")
	b.Send("41")
	got := <-done
	require.Equal(t, []string{"a"}, got.words)
	require.Len(t, got.errs, 1)
	require.ErrorIs(t, got.errs[0], everwire.ErrDisconnected)
	require.Less(t, got.took, 10*time.Second)
}

func operatorTimeout(t *testing.T) {
	bubble(t, everwire.Config{}, func(t *testing.T, s *site) {
		c := s.join()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		done := ask(s.srv.To(c.id).Call(ctx, "ask"))
		c.question("")
		got := <-done
		require.InDelta(t, 1, got.took.Seconds(), 0.1)
		require.Len(t, got.errs, 1)
		require.ErrorIs(t, got.errs[0], everwire.ErrTimeout)
	})
}

// namespaceAckIDs: questions to one and to many that wait at the same time are not mistaken for each other.
func namespaceAckIDs(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	all := ask(s.srv.Call(t.Context(), "ask"))
	first := c.question("")
	one := c.call()
	second := c.question("")
	require.NotEqual(t, first, second)
	c.Send("43"+second+`["to one"]`, "43"+first+`["to all"]`)
	require.Equal(t, []string{"to all"}, (<-all).words)
	got := <-one
	var word string
	require.NoError(t, got.err)
	require.NoError(t, got.body.Bind(0, &word))
	require.Equal(t, "to one", word)
}

// asks asserts that an operation on a room asks the other nodes, as one of a kind.
func asks(kind adapter.Kind, do func(ctx context.Context, n *everwire.Namespace)) func(*testing.T) {
	return func(t *testing.T) {
		var o opener
		s := serve(t, everwire.Config{Adapter: &o})
		do(t.Context(), s.srv.Namespace)
		require.Len(t, o.asked, 1)
		require.Equal(t, kind, o.asked[0].Kind)
		require.Equal(t, []string{"x"}, o.asked[0].Rooms)
	}
}

func serverSideEmit(t *testing.T) {
	a, b := two(t, everwire.Config{})
	told := newNotes(t)
	for s, name := range map[*site]string{a: "a ", b: "b "} {
		s.srv.Servers().On("hello", func(c *everwire.Ctx) error {
			var word string
			if err := c.Bind(&word); err != nil || c.Socket() != nil {
				return errors.Join(err, errors.New("it came from a socket"))
			}
			told.ch <- name + word
			return nil
		})
	}
	client := b.join()
	require.NoError(t, a.srv.Servers().Emit("hello", "there"))
	told.expect("b there")
	require.NoError(t, b.srv.Servers().Emit("hello", "back"))
	told.expect("a back")
	told.none()
	client.quiet()
}

func serverSideAsk(t *testing.T) {
	a, b := two(t, everwire.Config{})
	b.srv.Servers().On("who", func(c *everwire.Ctx) error { return c.Ack("b") })
	a.srv.Servers().On("who", func(c *everwire.Ctx) error { return c.Ack("a") })
	got := drain(a.srv.Servers().Call(t.Context(), "who"))
	require.Equal(t, []string{"b"}, got.words)
	require.Empty(t, got.errs)
	alone := serve(t, everwire.Config{})
	require.Empty(t, drain(alone.srv.Servers().Call(t.Context(), "who")).words)
}

func serverSideReserved(t *testing.T) {
	a, b := two(t, everwire.Config{})
	for _, name := range []string{"connect", "disconnect"} {
		require.ErrorIs(t, a.srv.Servers().Emit(name), sio.ErrReserved)
		require.Panics(t, func() { a.srv.Servers().On(name, func(*everwire.Ctx) error { return nil }) })
	}
	told := newNotes(t)
	b.srv.Servers().On("connection", func(*everwire.Ctx) error { told.ch <- "another server"; return nil })
	b.srv.OnConnect(func(*everwire.Ctx) error { told.ch <- "a client"; return nil })
	require.NoError(t, a.srv.Servers().Emit("connection"))
	told.expect("another server")
	told.none()
}

func serverSideTimeout(t *testing.T) {
	a, b := two(t, everwire.Config{})
	leave := make(chan struct{})
	defer close(leave)
	b.srv.Servers().On("who", func(*everwire.Ctx) error { <-leave; return nil })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	got := drain(a.srv.Servers().Call(ctx, "who"))
	require.Empty(t, got.words)
	require.Len(t, got.errs, 1)
	require.Less(t, got.took, 4*time.Second)
}

func adapterServe(t *testing.T) {
	var o opener
	s := serve(t, everwire.Config{Adapter: &o})
	require.NoError(t, s.srv.Servers().Emit("e", 1))
	require.Len(t, o.published, 1)
	require.Equal(t, adapter.Serve, o.published[0].Kind)
	drain(s.srv.Servers().Call(t.Context(), "e"))
	require.Len(t, o.asked, 1)
	require.Equal(t, adapter.Serve, o.asked[0].Kind)
}
