// observer_test.go: what an observer is told.

package engine_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/everwire/everwire/engine"
)

// tally writes down what it is told.
type tally struct {
	mu   sync.Mutex // guards told
	told []string
}

func (o *tally) Observe(e engine.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	name := [...]string{"opened", "closed", "attached", "detached", "received", "sent", "handled", "refused"}[e.Kind]
	o.told = append(o.told, fmt.Sprintf("%s %s %s %d/%d/%d", name, e.Transport, e.Reason, e.Packets, e.Bytes, e.Queued))
}

func (o *tally) take() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	told := o.told
	o.told = nil
	return told
}

func TestObserver(t *testing.T) {
	o := &tally{}
	w := newWorld(t, engine.Config{Observer: o})
	k, _ := w.openResume("")
	require.Equal(t, "opened polling  0/0/0", o.take()[0])
	require.Equal(t, "ok", k.post("&at=0&n=1", "4hello"))
	k.say("one", "two")
	k.get("&at=0&ack=0&p=1")
	require.Equal(t, []string{"received polling  1/5/0", "sent polling  2/6/70"}, o.take())
	ws := k.socket("&at=1&ack=1")
	ws.said()
	told := o.take()
	require.Len(t, told, 2)
	require.Equal(t, "attached websocket  1/0/0", told[0], "one packet is sent again")
	ws.lose()
	k.post("&at=1", "1")
	require.Equal(t, []string{"detached websocket transport close 0/0/0", "closed websocket transport close 0/0/0"}, o.take())
	w.do("GET", handshake+"&sid=x", "")
	require.Equal(t, []string{"refused polling  0/0/0"}, o.take())

	stock := w.open()
	up := w.dial(stock.sid)
	require.NoError(t, up.send("2probe"))
	up.take()
	o.take()
	require.NoError(t, up.send("5"))
	require.Equal(t, []string{"attached websocket  0/0/0"}, o.take())
}
