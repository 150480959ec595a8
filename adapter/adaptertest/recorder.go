// recorder.go: a namespace that remembers what it was told.

package adaptertest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/namespace/sio"
)

// patience is how long an operation may take from node to node.
const patience = 10 * time.Second

// recorder is an [adapter.Local].
type recorder struct {
	mu        sync.Mutex // guards what follows
	ops       []*adapter.Op
	err       error // of Apply
	answers   func(ctx context.Context, answer func(adapter.Answer) error) error
	forbidden *testing.T
	probed    map[string]bool // rooms that are heard
	more      chan struct{}   // closed when ops grows
}

var _ adapter.Local = (*recorder)(nil)

func newRecorder() *recorder {
	return &recorder{
		more:    make(chan struct{}),
		probed:  make(map[string]bool),
		answers: func(context.Context, func(adapter.Answer) error) error { return nil },
	}
}

// Apply implements [adapter.Local].
func (r *recorder) Apply(ctx context.Context, op *adapter.Op, answer func(adapter.Answer) error) error {
	replies, err := r.record(op)
	if answer == nil || err != nil {
		return err
	}
	return replies(ctx, answer)
}

func (r *recorder) record(op *adapter.Op) (replies func(context.Context, func(adapter.Answer) error) error, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.forbidden != nil {
		r.forbidden.Error("Apply was called after Close had returned")
	}
	if op.Event.Event == probe {
		for _, room := range op.Rooms {
			r.probed[room] = true
		}
		return present, nil
	}
	r.ops = append(r.ops, op)
	close(r.more)
	r.more = make(chan struct{})
	return r.answers, r.err
}

// present answers a probe.
func present(_ context.Context, answer func(adapter.Answer) error) error {
	body, err := sio.NewBody(true)
	if err != nil {
		return err
	}
	return answer(adapter.Answer{Body: body})
}

// fail has Apply return err from now on.
func (r *recorder) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// forbid has Apply fail the test from now on.
func (r *recorder) forbid(t *testing.T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forbidden = t
}

func (r *recorder) all() []*adapter.Op {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ops)
}

// wait waits until n operations are there, and returns them all.
func (r *recorder) wait(t *testing.T, n int) []*adapter.Op {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		r.mu.Lock()
		ops, more := slices.Clone(r.ops), r.more
		r.mu.Unlock()
		if len(ops) >= n {
			return ops
		}
		select {
		case <-more:
		case <-timeout.C:
			t.Fatalf("%d of %d operations came within %v", len(ops), n, patience)
		}
	}
}
