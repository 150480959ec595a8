// ask.go: the half of the suite that is about answers.

package adaptertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/namespace/sio"
)

// body makes what a socket has acknowledged, as it comes from the wire.
func body(t *testing.T, args ...any) sio.Body {
	t.Helper()
	var codec sio.JSON
	packets, err := codec.Encode(nil, sio.Header{Type: sio.Ack, HasID: true}, args...)
	if err != nil {
		t.Fatalf("Encode: %v", err)
	}
	decoder := codec.NewDecoder()
	for _, p := range packets {
		if pkt, done, err := decoder.Decode(p); err != nil || done {
			return pkt.Body
		}
	}
	t.Fatal("a packet was not decoded")
	return nil
}

// reply has the recorder answer what it is asked.
func (r *recorder) reply(f func(ctx context.Context, answer func(adapter.Answer) error) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = f
}

// replies returns a function for reply that gives the answers at once.
func replies(list ...adapter.Answer) func(context.Context, func(adapter.Answer) error) error {
	return func(_ context.Context, answer func(adapter.Answer) error) error {
		for _, a := range list {
			if err := answer(a); err != nil {
				return err
			}
		}
		return nil
	}
}

// hung waits for the end of ctx.
func hung(ctx context.Context, _ func(adapter.Answer) error) error {
	<-ctx.Done()
	return ctx.Err()
}

// ask collects all answers as text, sorted.
func (n node) ask(t *testing.T, ctx context.Context, op *adapter.Op) (texts []string, err error) {
	t.Helper()
	for a, failure := range n.Ask(ctx, op) {
		if failure != nil {
			err = failure
			continue
		}
		texts = append(texts, describeAnswer(t, a))
	}
	slices.Sort(texts)
	return texts, err
}

func describeAnswer(t *testing.T, a adapter.Answer) string {
	t.Helper()
	text := fmt.Sprintf("count %d failed %t", a.Count, a.Err != nil)
	if a.Body != nil {
		var first any
		if err := a.Body.Bind(0, &first); err != nil {
			t.Errorf("an answer cannot be bound: %v", err)
		}
		text += fmt.Sprintf(" body %v", first)
	}
	for _, s := range a.Sockets {
		s.Data = sorted(t, s.Data)
		j, err := json.Marshal(s)
		if err != nil {
			t.Errorf("a socket has no JSON form: %v", err)
		}
		text += " socket " + string(j)
	}
	return text
}

// sorted is JSON with the members of objects in order of their names, which is not
// for adapters to keep.
func sorted(t *testing.T, text json.RawMessage) json.RawMessage {
	t.Helper()
	if len(text) == 0 {
		return text
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Errorf("the data of a socket are no JSON: %v", err)
		return text
	}
	text, _ = json.Marshal(v)
	return text
}

func patiently(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func wantAnswers(t *testing.T, got []string, err error, want ...string) {
	t.Helper()
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("answers are\n\t%q and error %v, want\n\t%q", got, err, want)
	}
}

func testAskAlone(t *testing.T, c Cluster) {
	only := open(t, c(t, 1), "/")[0]
	got, err := only.ask(t, patiently(t), &adapter.Op{Kind: adapter.Count})
	wantAnswers(t, got, err)
	wantNumbers(t, "the asker itself", only.all())
}

func testAskAll(t *testing.T, c Cluster) {
	nodes := open(t, c(t, 3), "/")
	socket := adapter.Socket{
		ID:    "aaaaaaaaaaaaaaaaaaaa",
		Rooms: []string{"aaaaaaaaaaaaaaaaaaaa", "größe ☃"},
		Handshake: adapter.Handshake{
			Headers: map[string]string{"user-agent": "x"}, Query: map[string]string{"EIO": "4"},
			Address: "::1", Secure: true, XDomain: true, Issued: 1700000000000, URL: "/socket.io/?EIO=4",
			Auth: json.RawMessage(`{"token":"t"}`),
		},
		Data: json.RawMessage(`{"name":"Ann","n":[1,2.5,null]}`),
	}
	text := describeAnswer(t, adapter.Answer{Sockets: []adapter.Socket{socket}})
	for name, c := range map[string]struct {
		op       *adapter.Op
		one, two []adapter.Answer
		want     []string
	}{
		"count": {
			&adapter.Op{Kind: adapter.Count, Rooms: []string{"a"}},
			[]adapter.Answer{{Count: 3}}, []adapter.Answer{{Count: 0}},
			[]string{"count 0 failed false", "count 3 failed false"},
		},
		"call": {
			&adapter.Op{Kind: adapter.Call, Event: sio.Emission{Event: "ask", Args: []any{1}}},
			[]adapter.Answer{{Count: 2}, {Body: body(t, "a")}, {Body: body(t, []byte{7, 255})}}, []adapter.Answer{{Count: 0}},
			[]string{"count 0 failed false", "count 0 failed false body [7 255]", "count 0 failed false body a", "count 2 failed false"},
		},
		"fetch": {
			&adapter.Op{Kind: adapter.Fetch},
			[]adapter.Answer{{Sockets: []adapter.Socket{socket}}}, []adapter.Answer{{}},
			[]string{"count 0 failed false", text},
		},
		"serve": {
			&adapter.Op{Kind: adapter.Serve, Event: sio.Emission{Event: "ask", Args: []any{"x"}}},
			[]adapter.Answer{{Body: body(t, 1)}}, []adapter.Answer{{Body: body(t, map[string]any{"k": nil})}},
			[]string{"count 0 failed false body 1", "count 0 failed false body map[k:<nil>]"},
		},
	} {
		nodes[1].reply(replies(c.one...))
		nodes[2].reply(replies(c.two...))
		got, err := nodes[0].ask(t, patiently(t), c.op)
		if !slices.Equal(got, c.want) || err != nil {
			t.Errorf("%s: answers are\n\t%q and error %v, want\n\t%q", name, got, err, c.want)
		}
	}
}

// The answer of one node does not wait for that of another.
func testAskAsTheyCome(t *testing.T, c Cluster) {
	nodes := open(t, c(t, 3), "/")
	first := make(chan struct{})
	nodes[1].reply(replies(adapter.Answer{Count: 1}, adapter.Answer{Body: body(t, "soon")}))
	nodes[2].reply(func(ctx context.Context, answer func(adapter.Answer) error) error {
		select {
		case <-first:
		case <-ctx.Done():
		}
		return replies(adapter.Answer{Count: 1}, adapter.Answer{Body: body(t, "late")})(ctx, answer)
	})
	n := 0
	for a, err := range nodes[0].Ask(patiently(t), &adapter.Op{Kind: adapter.Call, Event: sio.Emission{Event: "e"}}) {
		if err != nil {
			t.Fatalf("Ask: %v", err)
		}
		if a.Body == nil {
			continue
		}
		if n++; n == 1 {
			close(first)
		}
	}
	if n != 2 {
		t.Errorf("%d acknowledgements came, want 2", n)
	}
}

func testAskLeft(t *testing.T, c Cluster) {
	nodes := open(t, c(t, 3), "/")
	nodes[1].reply(replies(adapter.Answer{Count: 1}))
	nodes[2].reply(hung)
	for range nodes[0].Ask(patiently(t), &adapter.Op{Kind: adapter.Count}) {
		break // must not wait for the other
	}
	nodes[0].publish(t, numbered(0, 0))
	nodes[1].wait(t, 2)
}

func testAskContext(t *testing.T, c Cluster) {
	nodes := open(t, c(t, 2), "/")
	nodes[1].reply(hung)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	got, err := nodes[0].ask(t, ctx, &adapter.Op{Kind: adapter.Count})
	if len(got) > 0 {
		t.Errorf("answers of a node that gave none: %q", got)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v, and answers are missing because the time is over", err)
	}
	if time.Since(start) > patience/2 {
		t.Error("Ask went on after its context had ended")
	}
}

func testAskClose(t *testing.T, c Cluster) {
	nodes := open(t, c(t, 2), "/")
	asked := make(chan struct{})
	nodes[1].reply(func(ctx context.Context, answer func(adapter.Answer) error) error {
		close(asked)
		return hung(ctx, answer)
	})
	ended := make(chan struct{})
	ctx := patiently(t)
	go func() {
		defer close(ended)
		for range nodes[0].Ask(ctx, &adapter.Op{Kind: adapter.Count}) {
		}
	}()
	<-asked
	if err := nodes[0].Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	select {
	case <-ended:
	case <-ctx.Done():
		t.Error("Ask went on after Close")
	}
	failed := false
	for _, err := range nodes[0].Ask(ctx, &adapter.Op{Kind: adapter.Count}) {
		failed = failed || err != nil
	}
	if !failed {
		t.Error("Ask after Close is no error")
	}
}
