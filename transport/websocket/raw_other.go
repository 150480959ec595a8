//go:build !unix

// raw_other.go: where descriptors cannot be read like this, the connection is read
// without read-ahead.

package websocket

func (r *reader) readRaw(uintptr) bool { panic("unreachable") }
