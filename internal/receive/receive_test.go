// receive_test.go: what a typed handler costs, and that its memory is its own.

package receive

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/namespace/sio"
)

var errAcked = errors.New("acknowledged already")

// question is an event that asks for the numbers from first on.
type question struct {
	first  int
	err    error // of Bind
	ackErr error
	acks   [4]int
	n      int // of acks
	done   bool
}

func (q *question) Bind(dst ...any) error {
	for i, d := range dst {
		*d.(*int) = q.first + i
	}
	return q.err
}

func (q *question) Ack(args ...any) error {
	q.done = true
	for _, a := range args {
		q.acks[q.n] = *a.(*int)
		q.n++
	}
	return q.ackErr
}

func TestHandlersAllocateNothing(t *testing.T) {
	var sum int
	on := Event(errAcked, func(_ *question, in Three[int, int, int]) error {
		sum += in.A + in.B + in.C
		return nil
	})
	handle := Call(errAcked, func(_ *question, in Two[int, int]) (int, error) { return in.A * in.B, nil })
	q := &question{first: 2}
	each := testing.AllocsPerRun(1000, func() {
		q.n = 0
		if on(q) != nil || handle(q) != nil {
			t.Error("it failed")
		}
	})
	// Pools may be emptied in between, and lose things on purpose under the race detector.
	if !raceEnabled {
		require.Less(t, each, 0.5)
	}
	require.NotZero(t, sum)
	require.Equal(t, 6, q.acks[0])
}

// A call within a handler of the same event has arguments and an answer of its own.
func TestNested(t *testing.T) {
	var handle func(*question) error
	handle = Call(errAcked, func(q *question, in One[int]) (int, error) {
		if q.first < 3 {
			if err := handle(&question{first: q.first + 1}); err != nil {
				return 0, err
			}
		}
		return in.A * 10, nil
	})
	q := &question{first: 1}
	require.NoError(t, handle(q))
	require.Equal(t, 10, q.acks[0])
}

func TestErrors(t *testing.T) {
	bad := errors.New("bad")
	calls := 0
	on := Event(errAcked, func(*question, None) error { calls++; return nil })
	for name, c := range map[string]struct {
		q     question
		want  error
		calls int
		acked bool
	}{
		"fine":          {calls: 1, acked: true},
		"acked before":  {q: question{ackErr: errAcked}, calls: 1, acked: true},
		"not encodable": {q: question{ackErr: bad}, want: bad, calls: 1, acked: true},
		"misfit":        {q: question{err: bad}, want: bad},
	} {
		calls = 0
		require.ErrorIs(t, on(&c.q), c.want, name)
		require.Equal(t, c.calls, calls, name)
		require.Equal(t, c.acked, c.q.done, name)
	}
}

type refused struct{ err error }

func (r refused) Validate() error { return r.err }

func TestValidate(t *testing.T) {
	public := &sio.Error{Code: "too_big"}
	require.NoError(t, validate(&refused{}))
	require.Equal(t, &sio.Error{Code: "invalid", Message: "bad"}, validate(&refused{errors.New("bad")}))
	require.Equal(t, public, validate(&refused{errors.Join(errors.New("why"), public)}))
	pointer := &refused{errors.New("bad")}
	require.Error(t, validate(&pointer))
	pointer = nil
	require.NoError(t, validate(&pointer), "there is nothing to ask")
	require.NoError(t, validate(new(any)))
}
