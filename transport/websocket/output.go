// output.go: the writing half: what package outlet is to write.

package websocket

import (
	"time"

	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/transport/internal/outlet"
)

var _ outlet.Owner = (*conn)(nil)

// wake is called when there is something to write. It does not block.
func (c *conn) wake() { c.Wake(c.t.flushers, c) }

// maxPongs is how many bytes of pongs wait. When a client that does not read them
// goes on pinging, only the latest ping is still answered (RFC 6455 5.5.3).
const maxPongs = 4 << 10

// pushPong queues the answer to a ping.
func (c *conn) pushPong(data string) {
	c.PushFirst(appendFrame(nil, opPong, []byte(data)), maxPongs)
	c.wake()
}

// pushClose queues the close frame: it goes out after all that was sent until now.
func (c *conn) pushClose(frame []byte) {
	c.PushLast(frame)
	c.wake()
}

// Append implements [outlet.Owner].
func (c *conn) Append(dst []byte, b *engine.Batch) (_ []byte, last bool) {
	for _, p := range b.Control {
		dst = appendPacket(dst, p)
	}
	for _, m := range b.Messages {
		if c.agreed.window > 0 {
			dst = c.appendMessage(dst, m)
			continue
		}
		for _, p := range m.Packets() {
			dst = appendPacket(dst, p)
		}
	}
	for _, p := range b.Tail {
		dst = appendPacket(dst, p)
	}
	switch {
	case b.Code != 0:
		dst = append(dst, closeFrame(b.Code)...)
	case b.End != 0:
		dst = appendFrame(dst, opClose, nil)
	}
	return dst, b.End != 0
}

// Finished implements [outlet.Owner]: the client has some time to answer the close frame.
func (c *conn) Finished() {
	c.Conn.SetReadDeadline(time.Now().Add(closeWait))
	c.rouseForGood()
}

// Failed implements [outlet.Owner].
func (c *conn) Failed() { c.rouse() }

// Released implements [outlet.Owner].
func (c *conn) Released() { c.t.poller.remove(c) }

// close is called by the reader at its end.
func (c *conn) close(cause error) {
	if c.Slow() {
		cause = engine.ErrSlow
	}
	c.Over(c, cause)
}

// refuse ends a connection that no session took, with the code of the refusal if it
// has one.
func (c *conn) refuse(code int) {
	frame := appendFrame(nil, opClose, nil)
	if code != 0 {
		frame = closeFrame(code)
	}
	c.Conn.SetWriteDeadline(time.Now().Add(time.Second))
	c.Conn.Write(frame)
	c.Conn.Close()
}
