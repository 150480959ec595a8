// client_test.go: a client over a real WebSocket that speaks the wire form, for
// tests and examples.

package everwire_test

import (
	"strings"

	"github.com/gorilla/websocket"
)

// client is one session. Where it cannot go on it panics, so that examples stay
// short.
type client struct {
	ws  *websocket.Conn
	got chan string // closed at the end
}

// dial opens a session at the URL of a server that is mounted at /socket.io/.
func dial(url string) client {
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(url, "http")+"/socket.io/?EIO=4&transport=websocket", nil)
	if err != nil {
		panic(err)
	}
	c := client{ws, make(chan string, 100)}
	go c.read()
	c.next() // the OPEN packet
	return c
}

// read ends with the connection, whose end it answers, and blocks on reading it.
func (c client) read() {
	defer c.ws.Close()
	defer close(c.got)
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		c.got <- string(data)
	}
}

// connect dials and joins the main namespace with an auth payload, or none.
func connect(url, auth string) client {
	c := dial(url)
	c.send("40" + auth)
	if answer := c.next(); !strings.HasPrefix(answer, "40") {
		panic(answer)
	}
	return c
}

func (c client) send(packet string) {
	if err := c.ws.WriteMessage(websocket.TextMessage, []byte(packet)); err != nil {
		panic(err)
	}
}

// next returns the next text message.
func (c client) next() string {
	text, ok := <-c.got
	if !ok {
		panic("the connection has ended")
	}
	return text
}
