// echo.go: handlers that more than one mode has.

package modes

import (
	"encoding/json"

	"github.com/everwire/everwire"
)

// authOf returns what the client sent along when it connected, as it was written; {} if it sent nothing.
func authOf(s *everwire.Socket) (json.RawMessage, error) {
	auth := json.RawMessage("{}")
	err := s.Handshake().Auth(&auth)
	return auth, err
}

// messageBack sends the arguments back as an event.
func messageBack(c *everwire.Ctx) error {
	args, err := arguments(c)
	if err != nil {
		return err
	}
	return c.Socket().Emit("message-back", args...)
}

// ackBack acknowledges with the arguments.
func ackBack(c *everwire.Ctx) error {
	args, err := arguments(c)
	if err != nil {
		return err
	}
	return c.Ack(args...)
}
