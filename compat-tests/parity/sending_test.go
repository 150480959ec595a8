// sending_test.go: the rows about what a socket sends, and the answers to it.

package parity

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/compat-tests/internal/peer"
	"github.com/everwire/everwire/namespace/sio"
)

var _ = prove(map[string]func(*testing.T){
	"socket-emit":          socketEmit,
	"socket-emit-binary":   socketEmitBinary,
	"socket-emit-reserved": emitReserved,
	"socket-emit-ack":      emitAck,
	"socket-send":          socketSend,
	"socket-timeout":       serverTimeout,
	"socket-broadcast":     socketBroadcast,
	"socket-to":            socketTo,
	"emit-order":           emitOrder,
	"ack-once":             ackOnce,
	"ack-client-gone":      ackClientGone,
	"answer":               answer,
	"answer-once":          answerOnce,

	"operator-copies":             operatorCopies,
	"operator-to":                 serverToMany,
	"operator-except":             operatorExcept,
	"operator-once":               operatorOnce,
	"operator-emit":               operatorEmit,
	"operator-sockets-join":       operatorJoin,
	"operator-sockets-leave":      operatorLeave,
	"operator-disconnect-sockets": operatorDisconnect,
})

func socketEmit(t *testing.T) {
	s := serve(t, everwire.Config{})
	for _, c := range []*member{s.join(), s.joinPolling()} {
		require.NoError(t, c.socket().Emit("none"))
		require.NoError(t, c.socket().Emit("many", 1, "2", nil, []int{3}, map[string]bool{"four": true}))
		require.NoError(t, everwire.Event[[]string]("typed").Emit(c.socket(), []string{"a"}))
		c.expect(`42["none"]`, `42["many",1,"2",null,[3],{"four":true}]`, `42["typed",["a"]]`)
	}
}

func socketEmitBinary(t *testing.T) {
	s := serve(t, everwire.Config{})
	type file struct {
		Name string `json:"name"`
		Data []byte `json:"data"`
	}
	for _, c := range []*member{s.join(), s.joinPolling()} {
		require.NoError(t, c.socket().Emit("files", []file{{"a", []byte{1}}, {"b", []byte{2}}}, map[string]any{"x": []byte{}}))
		c.expect(`453-["files",[{"name":"a","data":{"_placeholder":true,"num":0}},{"name":"b","data":{"_placeholder":true,"num":1}}],`+
			`{"x":{"_placeholder":true,"num":2}}]`, "bAQ==", "bAg==", "b")
	}
}

func emitReserved(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	for _, name := range []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"} {
		require.ErrorIs(t, c.socket().Emit(name), sio.ErrReserved, name)
		require.ErrorIs(t, s.srv.Emit(name), sio.ErrReserved, name)
	}
	c.quiet()
}

// question reads an event "ask" that wants an answer, and returns the ID.
func (m *member) question(args string) string {
	m.s.T.Helper()
	packet := m.Next()
	id, ok := strings.CutSuffix(strings.TrimPrefix(packet, "42"), `["ask"`+args+`]`)
	require.True(m.s.T, ok, packet)
	return id
}

// result is what a call came to.
type result struct {
	body sio.Body
	err  error
}

// call asks the client in the background.
func (m *member) call(args ...any) <-chan result {
	socket, done := m.socket(), make(chan result, 1)
	go func() { // ends with the answer, or with Config.CallTimeout
		body, err := socket.Call(m.s.T.Context(), "ask", args...)
		done <- result{body, err}
	}()
	return done
}

func emitAck(t *testing.T) {
	s := serve(t, everwire.Config{})
	for _, c := range []*member{s.join(), s.joinPolling()} {
		done := c.call(1, []byte{2})
		packet := c.Next()
		id, ok := strings.CutSuffix(strings.TrimPrefix(packet, "451-"), `["ask",1,{"_placeholder":true,"num":0}]`)
		require.True(t, ok, packet)
		c.expect("bAg==")
		c.Send("461-"+id+`["yes",{"_placeholder":true,"num":0}]`, "bAw==")
		got := <-done
		require.NoError(t, got.err)
		var text string
		var data []byte
		require.NoError(t, got.body.Bind(0, &text, &data))
		require.Equal(t, "yes", text)
		require.Equal(t, []byte{3}, data)
	}
	c := s.join()
	typed := make(chan float64, 1)
	go func() { // ends with the answer
		v, _ := everwire.RPC[int, float64]("ask").Call(t.Context(), c.socket(), 7)
		typed <- v
	}()
	c.Send("43" + c.question(",7") + "[0.5]")
	require.Equal(t, 0.5, <-typed)
}

func socketSend(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.On("message", func(c *everwire.Ctx) error { return c.Socket().Emit("message", "back") })
	s.join().ask(`42["message","x"]`, `42["message","back"]`)
}

func socketBroadcast(t *testing.T) {
	s := serve(t, everwire.Config{})
	all := s.quartet()
	require.NoError(t, all[1].socket().Broadcast().Emit("e", 1))
	heard(all, `42["e",1]`, 0, 2, 3)
}

func socketTo(t *testing.T) {
	s := serve(t, everwire.Config{})
	all := s.quartet()
	require.NoError(t, all[1].socket().To("a").Emit("e", 1))
	heard(all, `42["e",1]`, 3)
	require.NoError(t, all[1].socket().Broadcast().Except("b").Emit("e", 2))
	heard(all, `42["e",2]`, 0)
}

func emitOrder(t *testing.T) {
	s := serve(t, everwire.Config{})
	for _, c := range []*member{s.join(), s.joinPolling()} {
		for i := range 200 {
			require.NoError(t, c.socket().Emit("e", i))
		}
		for i := range 200 {
			c.expect(fmt.Sprintf(`42["e",%d]`, i))
		}
	}
}

func ackOnce(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	done := c.call()
	id := c.question("")
	c.Send("43"+id+`["first"]`, "43"+id+`["second"]`, `439999["of nothing"]`)
	var word string
	got := <-done
	require.NoError(t, got.err)
	require.NoError(t, got.body.Bind(0, &word))
	require.Equal(t, "first", word)
	c.quiet()
}

func ackClientGone(t *testing.T) {
	s := serve(t, everwire.Config{})
	c := s.join()
	done := c.call()
	c.question("")
	start := time.Now()
	c.Send("41")
	require.ErrorIs(t, (<-done).err, everwire.ErrDisconnected)
	require.Less(t, time.Since(start), 10*time.Second)
}

func answer(t *testing.T) {
	s := serve(t, everwire.Config{})
	s.srv.On("sum", func(c *everwire.Ctx) error {
		var a, b int
		if err := c.Bind(&a, &b); err != nil {
			return err
		}
		return c.Ack(a+b, "sum")
	})
	everwire.Handle(s.srv, everwire.RPC[int, int]("double"), func(_ *everwire.Ctx, n int) (int, error) { return 2 * n, nil })
	c := s.join()
	c.ask(`421["sum",2,3]`, `431[5,"sum"]`)
	c.ask(`422["double",21]`, `432[42]`)
	c.Send(`42["double",21]`) // which wants no answer
	c.quiet()
}

func answerOnce(t *testing.T) {
	s := serve(t, everwire.Config{})
	told := newNotes(t)
	s.srv.On("twice", func(c *everwire.Ctx) error {
		if err := errors.Join(c.Ack(1)); err != nil {
			return err
		}
		if err := c.Ack(2); errors.Is(err, everwire.ErrAcked) {
			told.ch <- "once"
		}
		return nil
	})
	c := s.join()
	c.ask(`421["twice"]`, "431[1]")
	told.expect("once")
	c.quiet()
}

func operatorCopies(t *testing.T) {
	s := serve(t, everwire.Config{})
	all := s.quartet()
	a := s.srv.To("a")
	_, _ = a.To("b"), a.Except("b")
	require.NoError(t, a.Emit("e", 1))
	heard(all, `42["e",1]`, 1, 3)
}

func operatorExcept(t *testing.T) {
	s := serve(t, everwire.Config{})
	all := s.quartet()
	require.NoError(t, s.srv.To("a", "b").Except(all[3].id).Emit("e", 1))
	heard(all, `42["e",1]`, 1, 2)
	require.NoError(t, s.srv.To("a").Except("b", "nobody").Emit("e", 2))
	heard(all, `42["e",2]`, 1)
}

func operatorOnce(t *testing.T) {
	s := serve(t, everwire.Config{})
	all := s.quartet()
	require.NoError(t, s.srv.To("a", "b", all[3].id).Emit("e", 1))
	heard(all, `42["e",1]`, 1, 2, 3)
}

func operatorEmit(t *testing.T) {
	a, b := two(t, everwire.Config{})
	in, out := b.join(), b.join()
	require.NoError(t, in.socket().Join("x"))
	require.NoError(t, a.srv.To("x").Emit("e", []byte{1}))
	in.expect(`451-["e",{"_placeholder":true,"num":0}]`, "bAQ==")
	out.quiet()
}

func operatorJoin(t *testing.T) {
	a, b := two(t, everwire.Config{})
	one, other := a.join(), b.join()
	require.NoError(t, other.socket().Join("x"))
	require.NoError(t, a.srv.To("x").Join("y", "z"))
	require.ElementsMatch(t, []string{"x", "y", "z"}, other.socket().Rooms())
	require.Empty(t, one.socket().Rooms())
}

func operatorLeave(t *testing.T) {
	a, b := two(t, everwire.Config{})
	one, other := a.join(), b.join()
	require.NoError(t, one.socket().Join("x", "y"))
	require.NoError(t, other.socket().Join("y"))
	require.NoError(t, b.srv.To("x").Leave("y"))
	require.Equal(t, []string{"x"}, one.socket().Rooms())
	require.Equal(t, []string{"y"}, other.socket().Rooms())
}

func operatorDisconnect(t *testing.T) {
	a, b := two(t, everwire.Config{})
	one, other := a.join(), b.join()
	require.NoError(t, other.socket().Join("x"))
	require.NoError(t, a.srv.To("x").Disconnect(false))
	other.expect("41")
	other = b.enter(other, b.srv.Namespace, "")
	require.NoError(t, other.socket().Join("x"))
	require.NoError(t, a.srv.To("x").Disconnect(true))
	other.expect("41", peer.End)
	one.quiet()
}
