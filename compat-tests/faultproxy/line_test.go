// line_test.go: what a line delays, in virtual time, and what it holds.

package faultproxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// recorder is a sink that notes when it was written to. A gate other than nil blocks each write until it is closed.
type recorder struct {
	start time.Time
	gate  chan struct{}
	err   error // of writes
	data  bytes.Buffer
	times []time.Duration
	ended time.Duration // of CloseWrite, 0 before it
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.gate != nil {
		<-r.gate
	}
	if r.err != nil {
		return 0, r.err
	}
	r.times = append(r.times, time.Since(r.start))
	return r.data.Write(p)
}

func (r *recorder) CloseWrite() error {
	r.ended = time.Since(r.start)
	return nil
}

// startLine runs a line from the returned pipe to the sink; back is the line of the other direction.
func startLine(t *testing.T, delay time.Duration, to *recorder) (from *io.PipeWriter, l, back *line, ctx context.Context) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	l, back = newLine(Link{Delay: delay}), newLine(Link{Delay: delay})
	conn := &relay{over: cancel}
	to.start = time.Now()
	// Both are the test's and end with ctx and the pipe, which the cleanup ends.
	go l.take(ctx, r)
	go conn.forward(ctx, l, to, back)
	t.Cleanup(func() {
		cancel()
		_ = w.Close()
	})
	return w, l, back, ctx
}

// pass lets virtual time pass, and what is due then happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestDelayIsConstantAndKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &recorder{}
		from, _, _, _ := startLine(t, 20*time.Millisecond, to)
		for _, s := range []string{"a", "b", "c"} {
			if _, err := io.WriteString(from, s); err != nil {
				t.Fatal(err)
			}
			pass(15 * time.Millisecond)
		}
		if err := from.Close(); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		ms := time.Millisecond
		if want := []time.Duration{20 * ms, 35 * ms, 50 * ms}; !slices.Equal(to.times, want) {
			t.Errorf("written at %v, want %v", to.times, want)
		}
		if to.data.String() != "abc" {
			t.Errorf("wrote %q", to.data.String())
		}
		if to.ended != 65*ms {
			t.Errorf("half-closed at %v, want 65ms", to.ended)
		}
	})
}

func TestDelayDoesNotLimitBandwidth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const chunks = 10_000
		to := &recorder{}
		from, _, _, _ := startLine(t, time.Second, to)
		piece := bytes.Repeat([]byte{7}, 1<<10)
		for range chunks {
			if _, err := from.Write(piece); err != nil {
				t.Fatal(err)
			}
		}
		pass(time.Second)
		if n := to.data.Len(); n != chunks*len(piece) {
			t.Fatalf("%d bytes after one delay, want all %d", n, chunks*len(piece))
		}
		if last := to.times[len(to.times)-1]; last != time.Second {
			t.Errorf("the last chunk came at %v", last)
		}
	})
}

func TestStuckReceiverBlocksTheSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 4 << 20
		to := &recorder{gate: make(chan struct{})}
		from, l, _, _ := startLine(t, time.Millisecond, to)
		if _, err := from.Write([]byte{7}); err != nil {
			t.Fatal(err)
		}
		pass(time.Millisecond) // the write of this byte is the stuck one
		sent := make(chan int, 1)
		// The test's; ends when the gate opens.
		go func() {
			n := 0
			for n < size {
				k, err := from.Write(make([]byte, 16<<10))
				n += k
				if err != nil {
					break
				}
			}
			sent <- n
		}()
		pass(time.Minute)
		l.mu.Lock()
		held := l.size
		l.mu.Unlock()
		if held < window || held > window+64<<10 {
			t.Errorf("the line holds %d bytes, want the window of %d and at most one read more", held, window)
		}
		close(to.gate)
		if n := <-sent; n != size {
			t.Errorf("sent %d bytes, want %d", n, size)
		}
		pass(time.Second)
		if n := to.data.Len(); n != 1+size {
			t.Errorf("received %d bytes, want %d", n, 1+size)
		}
	})
}

func TestBrokenSourceEndsTheConnectionBehindItsBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &recorder{}
		from, _, _, ctx := startLine(t, 20*time.Millisecond, to)
		if _, err := io.WriteString(from, "last words"); err != nil {
			t.Fatal(err)
		}
		if err := from.CloseWithError(errors.New("reset")); err != nil {
			t.Fatal(err)
		}
		pass(19 * time.Millisecond)
		if ctx.Err() != nil {
			t.Error("over before the delay has passed")
		}
		<-ctx.Done()
		if to.data.String() != "last words" || to.ended != 0 {
			t.Errorf("wrote %q, half-closed at %v; want the bytes and no half-close", to.data.String(), to.ended)
		}
		if d := time.Since(to.start); d != 20*time.Millisecond {
			t.Errorf("over after %v", d)
		}
	})
}

func TestBrokenDestinationIsToldOnceOnTheWayBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &recorder{err: errors.New("reset")}
		from, _, back, ctx := startLine(t, 20*time.Millisecond, to)
		for range 3 {
			if _, err := io.WriteString(from, "x"); err != nil {
				t.Fatal(err)
			}
		}
		pass(time.Second)
		if len(back.queue) != 1 || back.queue[0].end != abort {
			t.Fatalf("the line back holds %v, want one abort", back.queue)
		}
		if d := back.queue[0].due.Sub(to.start); d != 40*time.Millisecond {
			t.Errorf("due at %v, want after the way there and the way back", d)
		}
		if ctx.Err() != nil {
			t.Error("over before the source was told")
		}
	})
}
