// conn.go: one connection: what it holds for as long as it lives.

package websocket

import (
	"errors"
	"io"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/transport/internal/outlet"
)

const (
	readAhead = 16 << 10        // bytes of a pooled read-ahead buffer
	keepRead  = 256 << 10       // largest message whose memory is used again
	closeWait = 5 * time.Second // for the client's answer to a close frame
)

// conn is a connection. Who reads from it has a reader.
type conn struct {
	outlet.Half // whose Raw is nil where reading without a buffer is not possible either
	t           *Transport

	agreed  agreement // on compressed messages
	started bool      // set before the first wake: the answer to the handshake is out

	// In poller mode.
	turn   turn
	socket socket  // what Conn and Raw are
	own    *reader // where messages may be compressed
}

// failed tells the client of a message that is too large, or in too many frames:
// gorilla does not when a length overflows, nor can it know of our limits. Of one that
// cannot be inflated it does not tell either.
func (c *conn) failed(err error) (cause error) {
	switch {
	case errors.Is(err, websocket.ErrReadLimit), errors.Is(err, errFlood):
		c.pushClose(closeFrame(websocket.CloseMessageTooBig))
	case c.agreed.window > 0 && isCorrupt(err):
		c.pushClose(closeFrame(websocket.CloseInvalidFramePayloadData))
		return engine.ErrProtocol
	}
	return causeOf(err)
}

// causeOf tells a close by the client from a failure. A connection that just ends,
// or is reset, counts as closed, as the official server has it.
func causeOf(err error) error {
	var closed *websocket.CloseError
	switch {
	case errors.As(err, &closed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return engine.ErrPeerClosed
	}
	return err
}
