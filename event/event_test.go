// event_test.go: what Emit and Call hand to a target, and what they make of answers.

package event_test

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/event"
	"github.com/everwire/everwire/namespace/sio"
)

// far is somebody who answers in a prepared way, as often as there are answers.
type far struct {
	got     []sio.Emission
	answers []string // JSON
	err     error
}

func (f *far) EmitEvent(e sio.Emission) error {
	f.got = append(f.got, e)
	return f.err
}

func (f *far) Ask(_ context.Context, e sio.Emission) iter.Seq2[sio.Body, error] {
	return func(yield func(sio.Body, error) bool) {
		f.got = append(f.got, e)
		if f.err != nil {
			yield(nil, f.err)
			return
		}
		for _, a := range f.answers {
			pkt, _, err := sio.JSON{}.NewDecoder().Decode(eio.Text([]byte("31" + a)))
			if !yield(pkt.Body, err) {
				return
			}
		}
	}
}

const (
	said = event.Event[[]string]("said")
	half = event.RPC[int, float64]("half")
)

func TestEmit(t *testing.T) {
	var f far
	require.NoError(t, said.Emit(&f, []string{"a", "b"}))
	require.Equal(t, []sio.Emission{{Event: "said", Args: []any{[]string{"a", "b"}}}}, f.got)
	f.err = errors.New("gone")
	require.ErrorIs(t, said.Emit(&f, nil), f.err)
}

func TestCall(t *testing.T) {
	gone := errors.New("gone")
	for name, c := range map[string]struct {
		far  far
		want float64
		err  error // to be equal to, or wrapped
	}{
		"answer":          {far: far{answers: []string{`[1.5]`}}, want: 1.5},
		"more than asked": {far: far{answers: []string{`[1.5,"x"]`}}, want: 1.5},
		"nothing in it":   {far: far{answers: []string{`[]`}}},
		"the first":       {far: far{answers: []string{`[1]`, `[2]`}}, want: 1},
		"misfit":          {far: far{answers: []string{`["x"]`}}, err: event.ErrAnswer},
		"error":           {far: far{answers: []string{`[{"error":{"code":"c","message":"m"}}]`}}, err: &sio.Error{Code: "c", Message: "m"}},
		"failed":          {far: far{err: gone}, err: gone},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := half.Call(t.Context(), &c.far, 3)
			var refused *sio.Error
			switch {
			case errors.As(c.err, &refused):
				require.Equal(t, c.err, err)
			default:
				require.ErrorIs(t, err, c.err)
			}
			require.Equal(t, c.want, out)
			require.Equal(t, []sio.Emission{{Event: "half", Args: []any{3}}}, c.far.got)
		})
	}
	_, err := half.Call(t.Context(), &far{}, 3)
	require.Error(t, err, "nobody answered")
}

// An answer that does not fit must not look like an argument of the caller's that does not.
func TestMisfitIsNoBindError(t *testing.T) {
	_, err := half.Call(t.Context(), &far{answers: []string{`["x"]`}}, 3)
	var bind *sio.BindError
	require.False(t, errors.As(err, &bind))
	require.Contains(t, err.Error(), `"half"`)
}
