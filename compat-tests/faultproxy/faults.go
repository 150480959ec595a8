// faults.go: what can be done to a connection.

package faultproxy

import (
	"errors"
	"time"
)

// Faults are what happens to one connection. The zero value passes it on.
type Faults struct {
	// Refuse resets the connection before a byte is read. The system has accepted it by then, so that a dial succeeds,
	// and the first read or write fails.
	Refuse bool

	// Hang accepts the connection and reads it, but never answers, until the client gives up.
	Hang bool

	// Answer is sent instead of dialing the target, once the client's first HTTP head has come, and after the delays of
	// both directions and the round trip; then the connection is closed. It is raw, a whole HTTP answer of some proxy
	// for example.
	Answer string

	Up   Link // from client to server
	Down Link // from server to client
}

// Link says what happens to the bytes of one direction. The zero value passes them on. Opening a connection is no
// part of it: a dial reaches the proxy and succeeds at once.
type Link struct {
	// Delay is the time from arrival at the proxy to departure, beside half of the proxy's round trip.
	Delay time.Duration

	// Swallow is from where on bytes are taken and lost. So is the end of this direction: the receiver waits for ever.
	Swallow Point

	// Cut is where the whole connection ends, behind the bytes before it, by a reset, or with FIN by a close.
	Cut Point
	FIN bool

	// Buffer holds the bytes until their sender ends the direction, as some proxies do with answers.
	Buffer bool
}

func (l Link) check() error {
	if l.Delay < 0 {
		return errors.New("faultproxy: negative delay")
	}
	return nil
}

// Point is a place between two bytes of one direction. The zero value is never reached.
type Point struct {
	from  origin
	bytes int64
}

type origin int

const (
	never origin = iota
	fromStart
	fromHead
)

// AfterByte is the point behind the first k bytes.
func AfterByte(k int64) Point { return Point{fromStart, k} }

// AfterHead is the point k bytes behind the end of the first HTTP head of this direction. Down, on the connection of a
// WebSocket, that head is the 101; up, it is the request.
func AfterHead(k int64) Point { return Point{fromHead, k} }
