// errors.go: what can go wrong, and the names of the ends.

package client

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/everwire/everwire/namespace/sio"
)

// Reason says why a socket was disconnected, in the words of the official client.
type Reason string

// The reasons.
const (
	ServerDisconnect Reason = "io server disconnect" // the server sent it away; it does not come back by itself
	ClientDisconnect Reason = "io client disconnect" // Disconnect or Close
	PingTimeout      Reason = "ping timeout"         // the server was silent
	TransportClose   Reason = "transport close"      // the connection, or the session, was closed
	TransportError   Reason = "transport error"      // the connection failed
	ParseError       Reason = "parse error"          // the server broke the protocol
	UnknownSession   Reason = "unknown session"      // the server has ended it, or was restarted
	Superseded       Reason = "superseded"           // somebody else has taken the session over
)

// Errors of sending and calling.
var (
	// ErrDisconnected is for a socket that is not connected nor about to be, and
	// for a call whose answer is lost.
	ErrDisconnected = errors.New("client: disconnected: Connect comes first, and OnDisconnect tells of the end")
	// ErrClosed is for a client that was closed.
	ErrClosed = errors.New("client: closed: a Client is of no use after Close")
	// ErrBufferFull is for an event for which Options.Buffer has no room.
	ErrBufferFull = errors.New("client: too much waits to be sent (Options.Buffer)")
	// ErrTooLarge is for an event that is larger than the server takes.
	ErrTooLarge = errors.New("client: event is larger than the server takes (MaxPayload)")
	// ErrTimeout is for a call that was not answered in time. It is a
	// context.DeadlineExceeded.
	ErrTimeout = fmt.Errorf("client: no acknowledgement in time: %w", context.DeadlineExceeded)
	// ErrAcked is for an event that has been answered.
	ErrAcked = errors.New("client: event is acknowledged already")
)

// ConnectError is the server's refusal of a namespace. It wraps what the server
// said.
type ConnectError struct {
	Namespace string
	Refusal   *sio.Error
}

// Error implements error.
func (e *ConnectError) Error() string {
	return fmt.Sprintf("client: namespace %s: %v", e.Namespace, e.Refusal)
}

// Unwrap returns what the server said.
func (e *ConnectError) Unwrap() error { return e.Refusal }

// lost is the end of a connection.
type lost struct {
	why    Reason
	silent bool // it was found to be dead: the transport is to be mistrusted
	err    error
}

func (l *lost) Error() string { return fmt.Sprintf("%s: %v", l.why, l.err) }
func (l *lost) Unwrap() error { return l.err }

// transportError is the end of a connection that failed. What net/http says names the
// address, and in it the session's secrets: that is left out.
func transportError(err error) *lost {
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	return &lost{why: TransportError, silent: errors.Is(err, context.DeadlineExceeded), err: err}
}

// silence is the end of a connection on which nothing was heard.
func silence(what string) *lost {
	return &lost{why: PingTimeout, silent: true, err: errors.New(what)}
}

// refusal is the server's answer to a request for a session.
type refusal struct {
	why Reason
	err error
}

func (r *refusal) Error() string { return r.err.Error() }

var (
	errUnknown    = &refusal{UnknownSession, errors.New("unknown session")}
	errSuperseded = &refusal{Superseded, errors.New("superseded")}
)
