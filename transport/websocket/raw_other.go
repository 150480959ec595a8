//go:build !unix

// raw_other.go: where descriptors cannot be read and written like this, the
// connection is read without read-ahead and written by a goroutine of its own.

package websocket

const rawIO = false

func (r *reader) readRaw(uintptr) bool { panic("unreachable") }

type rawWriter struct{}

func (*rawWriter) init() {}

func (c *conn) tryWrite(*rawWriter, []byte) (int, error) { panic("unreachable") }
