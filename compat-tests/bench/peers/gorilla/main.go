// Gorilla is a limit reference: the plain chat shape of gorilla/websocket. One reading goroutine (the handler's own)
// and one writing goroutine a connection, a PreparedMessage a broadcast, Socket.IO frames made by hand, no JSON.
package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"log"
	"net/http"
	"sync"
	"time"

	"github.com/everwire/everwire/compat-tests/bench/fixture"
	"github.com/gorilla/websocket"
)

// out is one frame to write: op and b, or pre.
type out struct {
	op  int
	b   []byte
	pre *websocket.PreparedMessage
}

func text(b []byte) out { return out{op: websocket.TextMessage, b: b} }

type client struct {
	ws     *websocket.Conn
	send   chan out
	done   chan struct{} // closed by the reader's end
	joined []string
	binary []byte // ack that waits for its attachment; the reader's
}

var (
	pingInterval, pingTimeout = fixture.PingInterval(), fixture.PingTimeout()
	upgrader                  = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

	mu    sync.RWMutex // guards rooms
	rooms = map[string]map[*client]struct{}{}
)

func (c *client) put(o out) {
	select {
	case c.send <- o:
	case <-c.done:
	}
}

// write writes what is queued, and heartbeats, until the connection fails or the reader ends.
func (c *client) write() {
	t := time.NewTicker(pingInterval)
	defer t.Stop()
	defer c.ws.Close()
	for {
		var err error
		select {
		case o := <-c.send:
			if o.pre != nil {
				err = c.ws.WritePreparedMessage(o.pre)
			} else {
				err = c.ws.WriteMessage(o.op, o.b)
			}
		case <-t.C:
			err = c.ws.WriteMessage(websocket.TextMessage, []byte("2"))
		case <-c.done:
			return
		}
		if err != nil {
			return
		}
	}
}

func serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("transport") != "websocket" {
		http.Error(w, "websocket only", http.StatusBadRequest)
		return
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // it has answered the request
	}
	ws.SetReadLimit(1e6)
	c := &client{ws: ws, send: make(chan out, 256), done: make(chan struct{})}
	defer c.leave()
	// Owned by this handler, which ends it by closing done; may block on the socket.
	go c.write()
	c.put(text(fmt.Appendf(nil, `0{"sid":"%s","upgrades":[],"pingInterval":%d,"pingTimeout":%d,"maxPayload":1000000}`,
		rand.Text(), pingInterval.Milliseconds(), pingTimeout.Milliseconds())))
	for {
		if ws.SetReadDeadline(time.Now().Add(pingInterval+pingTimeout)) != nil {
			return
		}
		op, p, err := ws.ReadMessage()
		if err != nil {
			return
		}
		c.message(op, p)
	}
}

func (c *client) leave() {
	close(c.done)
	mu.Lock()
	defer mu.Unlock()
	for _, name := range c.joined {
		delete(rooms[name], c)
	}
}

func (c *client) message(op int, p []byte) {
	if op == websocket.BinaryMessage {
		c.put(text(c.binary))
		c.put(out{op: op, b: p})
		return
	}
	i := bytes.IndexByte(p, '[')
	switch {
	case bytes.HasPrefix(p, []byte("40")):
		c.put(text(fmt.Appendf(nil, `40{"sid":"%s"}`, rand.Text())))
	case bytes.HasPrefix(p, []byte("451-")) && i > 0:
		c.binary = fmt.Appendf(nil, `461-%s[{"_placeholder":true,"num":0}]`, p[4:i])
	case bytes.HasPrefix(p, []byte("42")) && i > 0:
		c.event(p[2:i], p[i:])
	}
}

// event answers an event with its arguments as they came.
func (c *client) event(id, args []byte) {
	if x, ok := bytes.CutPrefix(args, []byte(`["echo",`)); ok {
		c.put(text(fmt.Appendf(nil, "43%s[%s", id, x)))
	} else if x, ok := bytes.CutPrefix(args, []byte(`["join","`)); ok {
		c.join(string(bytes.TrimSuffix(x, []byte(`"]`))))
		c.put(text(fmt.Appendf(nil, `43%s["ok"]`, id)))
	} else if x, ok := bytes.CutPrefix(args, []byte(`["bcast","`)); ok {
		name, message, _ := bytes.Cut(x, []byte(`",`))
		broadcast(string(name), fmt.Appendf(nil, `42["msg",%s`, message))
	}
}

func (c *client) join(name string) {
	mu.Lock()
	defer mu.Unlock()
	if rooms[name] == nil {
		rooms[name] = map[*client]struct{}{}
	}
	rooms[name][c] = struct{}{}
	c.joined = append(c.joined, name)
}

// broadcast waits for slow clients while it holds the lock, as the plain shape does.
func broadcast(name string, b []byte) {
	pre, err := websocket.NewPreparedMessage(websocket.TextMessage, b)
	if err != nil {
		log.Print(err)
		return
	}
	mu.RLock()
	defer mu.RUnlock()
	for c := range rooms[name] {
		c.put(out{pre: pre})
	}
}

func main() {
	log.Fatal(fixture.Serve(serve))
}
