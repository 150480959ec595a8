// line.go: the connection to the browser: calls, their answers, and events.

package chrome

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// patience is how long an answer may take on a busy machine; a browser that was stopped answers after that.
const patience = 60 * time.Second

type line struct {
	ws *websocket.Conn

	mu     sync.Mutex // guards what follows, and writing
	calls  int
	waits  map[int]chan answer
	events map[string]func(method string, params json.RawMessage) // by session
	broken error
}

type answer struct {
	result json.RawMessage
	err    error
}

func dial(t testing.TB, url string) *line {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ws, _, err := websocket.DefaultDialer.DialContext(ctx, url, nil)
	require.NoError(t, err)
	l := &line{ws: ws, waits: map[int]chan answer{}, events: map[string]func(string, json.RawMessage){}}
	t.Cleanup(func() { _ = ws.Close() })
	// Owned by the test, ends with the connection.
	go l.read()
	return l
}

func (l *line) read() {
	for {
		var m struct {
			ID                int
			SessionID, Method string
			Params, Result    json.RawMessage
			Error             *struct{ Message string }
		}
		if err := l.ws.ReadJSON(&m); err != nil {
			l.fail(err)
			return
		}
		l.mu.Lock()
		wait, event := l.waits[m.ID], l.events[m.SessionID]
		delete(l.waits, m.ID)
		l.mu.Unlock()
		switch {
		case wait != nil && m.Error != nil:
			wait <- answer{err: fmt.Errorf("chrome: %s", m.Error.Message)}
		case wait != nil:
			wait <- answer{result: m.Result}
		case event != nil:
			event(m.Method, m.Params)
		}
	}
}

func (l *line) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = err
	for _, wait := range l.waits {
		wait <- answer{err: err}
	}
	clear(l.waits)
}

// listen has events of a session handed over, one at a time. No call may be made there.
func (l *line) listen(session string, take func(method string, params json.RawMessage)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events[session] = take
}

// send makes a call, whose answer will come on the channel.
func (l *line) send(session, method string, params any) (<-chan answer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return nil, l.broken
	}
	l.calls++
	m := map[string]any{"id": l.calls, "method": method, "params": params}
	if session != "" {
		m["sessionId"] = session
	}
	if params == nil {
		m["params"] = struct{}{}
	}
	wait := make(chan answer, 1)
	l.waits[l.calls] = wait
	return wait, l.ws.WriteJSON(m)
}

// ask makes a call and waits for its answer.
func (l *line) ask(session, method string, params, into any) error {
	wait, err := l.send(session, method, params)
	if err != nil {
		return err
	}
	select {
	case a := <-wait:
		if a.err != nil || into == nil {
			return a.err
		}
		return json.Unmarshal(a.result, into)
	case <-time.After(patience):
		return fmt.Errorf("chrome: no answer to %s", method)
	}
}

// call is ask, and fails the test.
func (l *line) call(t testing.TB, session, method string, params, into any) {
	t.Helper()
	require.NoError(t, l.ask(session, method, params, into), method)
}
