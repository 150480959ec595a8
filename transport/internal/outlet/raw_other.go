//go:build !unix

// raw_other.go: where descriptors cannot be read and written like this, a connection is
// written by a goroutine of its own.

package outlet

import (
	"net"
	"syscall"
)

// RawConn returns nil: there is nothing to be had here.
func RawConn(net.Conn) syscall.RawConn { return nil }

type rawWriter struct{}

func (*rawWriter) init() {}

func (*rawWriter) tryWrite(syscall.RawConn, []byte) (int, error) { panic("unreachable") }

// Discard waits until bytes come, and forgets them; n is how many.
func (h *Half) Discard() (n int, err error) { return h.Conn.Read(make([]byte, 64)) }
