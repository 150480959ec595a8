// session_test.go: what clients come back to.

package redis_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/redis"
	"github.com/everwire/everwire/namespace/sio"
)

// recoverers opens a namespace on two nodes of a cluster of its own.
func recoverers(t *testing.T) (one, two adapter.Recoverer, l, far *local, sessions string) {
	t.Helper()
	sessions = prefixes() + ":session:"
	nodes := cluster(t, 2, redis.Config{Mode: redis.Streams, Sessions: sessions})
	l, far = new(local), new(local)
	return open(t, nodes[0], "/", l).(adapter.Recoverer), open(t, nodes[1], "/", far).(adapter.Recoverer), l, far, sessions
}

const pid = "pid-of-20-characters"

func saved() *adapter.Saved {
	user := "u"
	return &adapter.Saved{ID: "sid", PID: pid, Rooms: []string{"sid", "red"}, Data: json.RawMessage(`{"n":{"a":[1,"ü"]}}`), Mark: "1-0", User: &user}
}

func save(t *testing.T, r adapter.Recoverer, s *adapter.Saved) {
	t.Helper()
	done := make(chan error, 1)
	r.Save(s, time.Minute, func(err error) { done <- err })
	require.NoError(t, <-done)
}

// relay has an event brought to its node and perhaps to others, and returns its mark.
func relay(t *testing.T, r adapter.Recoverer, l *local, op *adapter.Op, others ...*local) string {
	t.Helper()
	require.NoError(t, r.Relay(t.Context(), op))
	for _, l := range append(others, l) {
		l.has(t, op.Event.Event)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ops[len(l.ops)-1].Mark
}

func TestRestore(t *testing.T) {
	one, two, l, far, _ := recoverers(t)
	first := relay(t, one, l, emission("first"))
	require.True(t, two.Behind(first, "1-0"))
	for _, op := range []adapter.Op{
		{Rooms: []string{"red"}, Event: sio.Emission{Event: "red", Args: []any{[]byte{1}}}},
		{Rooms: []string{"blue"}, Event: sio.Emission{Event: "blue"}},
		{Except: []string{"red"}, Event: sio.Emission{Event: "except"}},
		{Rooms: []string{"sid"}, Event: sio.Emission{Event: "own", Flags: sio.Flags{Latest: "key"}}},
	} {
		relay(t, one, l, &op, far)
	}
	save(t, one, saved())
	r, err := two.Restore(t.Context(), pid, first, 10_000)
	require.NoError(t, err)
	want := saved()
	want.Mark = first
	require.Equal(t, *want, r.Saved)
	require.Len(t, r.Ops, 2)
	require.Equal(t, "red", r.Ops[0].Event.Event)
	require.Equal(t, []any{[]byte{1}}, r.Ops[0].Event.Args)
	require.Equal(t, "key", r.Ops[1].Event.Latest)
	last := relay(t, one, l, emission("last"), far)
	require.NoError(t, two.Catch(t.Context(), r, 10_000))
	require.Equal(t, last, r.Last)
	require.Equal(t, last, r.Ops[2].Mark)

	_, err = two.Restore(t.Context(), pid, first, 10_000)
	require.ErrorIs(t, err, adapter.ErrNotSaved, "a second time")
	for what, c := range map[string]struct {
		mark  string
		limit int
		exact bool
	}{
		"mark of nobody":                      {"somewhere", 10_000, false},
		"entry that is not there":             {"1-0", 10_000, false},
		"entry that is not there, and nobody": {"", 10_000, true},
		"more than may be":                    {first, 300, false},
		"number without end":                  {strings.Repeat("9", 1000) + "-0", 10_000, false},
	} {
		s := saved()
		s.Exact = c.exact
		save(t, one, s)
		_, err = two.Restore(t.Context(), pid, c.mark, c.limit)
		require.ErrorIs(t, err, adapter.ErrNotSaved, what)
	}
}

// Of all that want it, one gets it.
func TestRestoreOnce(t *testing.T) {
	one, two, l, _, _ := recoverers(t)
	mark := relay(t, one, l, emission("e"))
	save(t, one, saved())
	var winners atomic.Int64
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if _, err := []adapter.Recoverer{one, two}[i%2].Restore(t.Context(), pid, mark, 1000); err == nil {
				winners.Add(1)
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(1), winners.Load())
}

// What others have written into Redis is checked.
func TestRestoreGarbage(t *testing.T) {
	one, two, l, _, sessions := recoverers(t)
	mark := relay(t, one, l, emission("e"))
	c := client(t)
	encoded := base64.StdEncoding.EncodeToString
	for _, text := range []string{
		"", "!", "{}", encoded([]byte("\x80\x04\x95 pickle")), encoded([]byte{0xdf, 0xff, 0xff, 0xff, 0xff}), encoded([]byte{0xc0}),
		encoded([]byte("\x83\xa3sid\x01\xa3pid\xb4" + pid + "\xa5rooms\x90")),               // a number as ID
		encoded([]byte("\x83\xa3sid\xa1s\xa3pid\xa1p\xa5rooms\x90")),                        // of another
		encoded([]byte("\x83\xa3sid\xa1s\xa3pid\xb4" + pid + "\xa5rooms\xa3red")),           // no list
		encoded([]byte("\x84\xa3sid\xa1s\xa3pid\xb4" + pid + "\xa5rooms\x90\xa3nsp\xa2/a")), // of another namespace
		strings.Repeat("A", 2<<20),
	} {
		require.NoError(t, c.Set(t.Context(), sessions+pid, text, time.Minute).Err())
		_, err := two.Restore(t.Context(), pid, mark, 1000)
		require.ErrorIs(t, err, adapter.ErrNotSaved, "%.40q", text)
	}
	require.NoError(t, c.HSet(t.Context(), sessions+pid, "a", "b").Err())
	_, err := two.Restore(t.Context(), pid, mark, 1000)
	require.Error(t, err)
	_, err = two.Restore(t.Context(), strings.Repeat("p", 1000), mark, 1000)
	require.ErrorIs(t, err, adapter.ErrNotSaved)
}

// A Redis that comes back with less than it had brings nobody back from before.
func TestNoRestoreBehindALoss(t *testing.T) {
	sessions := prefixes() + ":session:"
	config := redis.Config{Mode: redis.Streams, Sessions: sessions, Prefix: prefixes()}
	nodes := cluster(t, 2, config)
	l, far := new(local), new(local)
	one := open(t, nodes[0], "/", l).(adapter.Recoverer)
	two := open(t, nodes[1], "/", far).(adapter.Recoverer)
	mark := relay(t, one, l, emission("kept"))
	relay(t, one, l, emission("lost"))
	far.has(t, "lost")
	c := client(t)
	newest, err := c.XRevRangeN(t.Context(), config.Prefix, "+", "-", 1).Result()
	require.NoError(t, err)
	require.NoError(t, c.XDel(t.Context(), config.Prefix, newest[0].ID).Err())
	save(t, one, saved())
	_, err = two.Restore(t.Context(), pid, mark, 1000)
	require.ErrorIs(t, err, adapter.ErrNotSaved)
}
