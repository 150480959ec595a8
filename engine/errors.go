// errors.go: how a request is refused and why a session ends.

package engine

import (
	"encoding/json"
	"errors"
	"net/http"
)

// Error is a refusal of a request, in the words of the Engine.IO protocol: the
// official codes 0 to 5, and a few statuses beside them. It changes no session.
type Error struct {
	Code    int    // the protocol's error code
	Message string // the protocol's text, or one that tells the client's user more
	Status  int    // of the HTTP answer
}

// The refusals of the Engine.IO protocol.
var (
	ErrUnknownTransport = &Error{0, "Transport unknown", http.StatusBadRequest}
	ErrUnknownSession   = &Error{1, "Session ID unknown", http.StatusBadRequest}
	ErrBadMethod        = &Error{2, "Bad handshake method", http.StatusBadRequest}
	ErrBadRequest       = &Error{3, "Bad request", http.StatusBadRequest}
	ErrForbidden        = &Error{4, "Forbidden", http.StatusForbidden}
	ErrBadVersion       = &Error{5, "Unsupported protocol version", http.StatusBadRequest}
)

// ErrTooLarge refuses a POST with more bytes or packets than one may have. The
// protocol has no code for it.
var ErrTooLarge = &Error{3, "Payload too large", http.StatusRequestEntityTooLarge}

// The other refusals that the protocol has no code for; they use the nearest.
var (
	errLongHeader   = &Error{3, "Request header fields too large", http.StatusRequestHeaderFieldsTooLarge}
	errNotAllowed   = &Error{2, "Method not allowed", http.StatusMethodNotAllowed}
	errCrowded      = &Error{4, "Too many sessions without a namespace from this address", http.StatusTooManyRequests}
	errShuttingDown = &Error{4, "Server is shutting down", http.StatusServiceUnavailable}
)

// Error implements error.
func (e *Error) Error() string { return "engine: " + e.Message }

// Body returns the JSON form of the refusal, as polling clients read it.
func (e *Error) Body() []byte {
	b, _ := json.Marshal(struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}{e.Code, e.Message})
	return b
}

// Errors of [Session.Send] and of the methods of [Conn].
var (
	ErrClosed = errors.New("engine: session is closed")
	ErrSlow   = errors.New("engine: client is too slow, its session was closed")
)

// CloseReason says why a session, or a socket of it, ended. The texts are those
// of the official server where it has one.
type CloseReason string

// The reasons for which a session ends.
const (
	TransportError CloseReason = "transport error"      // the connection failed
	TransportClose CloseReason = "transport close"      // the client closed the connection, or sent a close packet
	ForcedClose    CloseReason = "forced close"         // the server closed the session
	PingTimeout    CloseReason = "ping timeout"         // no pong came in time
	ParseError     CloseReason = "parse error"          // the client broke the protocol
	ShuttingDown   CloseReason = "server shutting down" // [Server.Shutdown]
	SlowClient     CloseReason = "slow client"          // more waited for the client than it may leave unread; ours alone
)
