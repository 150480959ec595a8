// visitor_test.go: the official client, and the network between it and a server.

package recovery

import (
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/everwire/everwire/compat-tests/faultproxy"
)

// patience is how long something may take that should be there at once.
const patience = 10 * time.Second

// A happening is something that the client has told.
type happening struct {
	At        string // "connect", "disconnect", "refused", "event"
	ID        string
	Recovered bool
	Why       string
	Args      []any
}

func (h happening) String() string {
	switch h.At {
	case "connect":
		return fmt.Sprintf("connect (recovered: %t)", h.Recovered)
	case "event":
		if len(h.Args) < 2 {
			return fmt.Sprint(h.Args...)
		}
		return fmt.Sprint(h.Args[0], " ", h.Args[1]) // the offset is behind that
	}
	return h.At + " (" + h.Why + ")"
}

// A visitor is the official client behind a network that can fail.
type visitor struct {
	*node
	proxy  *faultproxy.Proxy
	down   atomic.Bool  // nobody gets through
	cutOff atomic.Int64 // cuts the next WebSocket behind so many bytes from the server, unless it is 0
}

// roundTrip is that of the network.
const roundTrip = 6 * time.Millisecond

func newVisitor(server string, transports []string) (*visitor, error) {
	v := &visitor{}
	var err error
	v.proxy, err = faultproxy.Listen(faultproxy.Config{Target: server, Plan: v.faults, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	v.proxy.SetRoundTrip(roundTrip)
	if v.node, err = startNode("visitor.mjs"); err != nil {
		return nil, err
	}
	return v, v.write(map[string]any{"url": "http://" + v.proxy.Addr(), "options": map[string]any{
		"transports":           transports,
		"reconnectionDelay":    10, // milliseconds
		"reconnectionDelayMax": 40,
	}})
}

func (v *visitor) faults(c *faultproxy.Conn) faultproxy.Faults {
	if v.down.Load() {
		return faultproxy.Faults{Refuse: true}
	}
	if strings.Contains(c.RequestLine(), "websocket") {
		if n := v.cutOff.Swap(0); n > 0 {
			return faultproxy.Faults{Down: faultproxy.Link{Cut: faultproxy.AfterHead(n)}}
		}
	}
	return faultproxy.Faults{}
}

func (v *visitor) close() error {
	err := v.end()
	if e := v.proxy.Close(); err == nil {
		err = e
	}
	return err
}
