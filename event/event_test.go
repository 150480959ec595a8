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

// Every form of an event and of a call sends its arguments in their order.
func TestForms(t *testing.T) {
	var f far
	f.answers = []string{`["yes"]`}
	ctx := t.Context()
	require.NoError(t, event.Event0("e0").Emit(&f))
	require.NoError(t, event.Event2[int, string]("e2").Emit(&f, 1, "b"))
	require.NoError(t, event.Event3[int, string, bool]("e3").Emit(&f, 1, "b", true))
	for _, call := range []func() (string, error){
		func() (string, error) { return event.RPC0[string]("r0").Call(ctx, &f) },
		func() (string, error) { return event.RPC2[int, string, string]("r2").Call(ctx, &f, 1, "b") },
		func() (string, error) { return event.RPC3[int, string, bool, string]("r3").Call(ctx, &f, 1, "b", true) },
	} {
		out, err := call()
		require.NoError(t, err)
		require.Equal(t, "yes", out)
	}
	require.Equal(t, []sio.Emission{
		{Event: "e0"},
		{Event: "e2", Args: []any{1, "b"}},
		{Event: "e3", Args: []any{1, "b", true}},
		{Event: "r0"},
		{Event: "r2", Args: []any{1, "b"}},
		{Event: "r3", Args: []any{1, "b", true}},
	}, f.got)
}

func TestCallAll(t *testing.T) {
	ctx := t.Context()
	f := far{answers: []string{`[1]`, `["x"]`, `[{"error":{"code":"c","message":"m"}}]`, `[2.5]`}}
	type answer struct {
		out float64
		err string
	}
	collect := func(answers iter.Seq2[float64, error], most int) (all []answer) {
		for out, err := range answers {
			a := answer{out: out}
			if err != nil {
				a.err = err.Error()
			}
			if all = append(all, a); len(all) == most {
				break
			}
		}
		return all
	}
	answers := half.CallAll(ctx, &f, 3)
	require.Empty(t, f.got, "nothing is sent before the loop")
	all := collect(answers, 100)
	require.Len(t, all, 4)
	require.Equal(t, answer{out: 1}, all[0])
	require.Contains(t, all[1].err, event.ErrAnswer.Error())
	require.Equal(t, answer{err: "c: m"}, all[2])
	require.Equal(t, answer{out: 2.5}, all[3])
	require.Equal(t, all[:1], collect(answers, 1), "left after the first")
	require.Len(t, f.got, 2, "each loop sends")

	for name, answers := range map[string]iter.Seq2[float64, error]{
		"0": event.RPC0[float64]("half").CallAll(ctx, &f),
		"2": event.RPC2[int, int, float64]("half").CallAll(ctx, &f, 1, 2),
		"3": event.RPC3[int, int, int, float64]("half").CallAll(ctx, &f, 1, 2, 3),
	} {
		require.Equal(t, all, collect(answers, 100), name)
	}
	require.Empty(t, collect(half.CallAll(ctx, &far{}, 3), 100), "no receivers")
}

// A part of an answer that does not fit is not an answer.
func TestMisfitIsZero(t *testing.T) {
	type pair struct{ A, B int }
	out, err := event.RPC0[pair]("r").Call(t.Context(), &far{answers: []string{`[{"A":1,"B":"x"}]`}})
	require.ErrorIs(t, err, event.ErrAnswer)
	require.Zero(t, out)
}

// An answer that does not fit must not look like an argument of the caller's that does not.
func TestMisfitIsNoBindError(t *testing.T) {
	_, err := half.Call(t.Context(), &far{answers: []string{`["x"]`}}, 3)
	var bind *sio.BindError
	require.False(t, errors.As(err, &bind))
	require.Contains(t, err.Error(), `"half"`)
}
