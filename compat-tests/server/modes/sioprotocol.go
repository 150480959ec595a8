// sioprotocol.go: mode sio-protocol, for the conformance suite of the Socket.IO protocol.

package modes

import (
	"time"

	"github.com/everwire/everwire"
)

func startProtocol() (*Server, error) {
	return socketIO(everwire.Config{
		PingInterval:   300 * time.Millisecond,
		PingTimeout:    200 * time.Millisecond,
		ConnectTimeout: time.Second,
		Origins:        []string{"*"},
	}, func(server *everwire.Server) {
		for _, n := range []*everwire.Namespace{server.Namespace, server.Of("/custom")} {
			n.OnConnect(emitAuth)
		}
		server.On("message", messageBack)
		server.On("message-with-ack", ackBack)
	})
}

func emitAuth(c *everwire.Ctx) error {
	auth, err := authOf(c.Socket())
	if err != nil {
		return err
	}
	return c.Socket().Emit("auth", auth)
}
