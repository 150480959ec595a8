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

	// CloseCode is not 0 where a client of the extension must be told on a
	// WebSocket: by the code of a close frame, since a browser cannot read the
	// answer to a failed upgrade.
	CloseCode int
}

// The codes of the close frames of the extension (PROTOCOL.md section 4).
const (
	codeRetired    = 4000 // another connection has taken the place of this one
	codeUnknown    = 4001
	codeSuperseded = 4002
	codeBadRequest = 4003
)

// The refusals of the Engine.IO protocol.
var (
	ErrUnknownTransport = &Error{Code: 0, Message: "Transport unknown", Status: http.StatusBadRequest}
	ErrUnknownSession   = &Error{Code: 1, Message: "Session ID unknown", Status: http.StatusBadRequest}
	ErrBadMethod        = &Error{Code: 2, Message: "Bad handshake method", Status: http.StatusBadRequest}
	ErrBadRequest       = &Error{Code: 3, Message: "Bad request", Status: http.StatusBadRequest}
	ErrForbidden        = &Error{Code: 4, Message: "Forbidden", Status: http.StatusForbidden}
	ErrBadVersion       = &Error{Code: 5, Message: "Unsupported protocol version", Status: http.StatusBadRequest}
)

// ErrTooLarge refuses a POST with more bytes or packets than one may have. The
// protocol has no code for it.
var ErrTooLarge = &Error{Code: 3, Message: "Payload too large", Status: http.StatusRequestEntityTooLarge}

// The other refusals that the protocol has no code for; they use the nearest.
var (
	errNotAllowed   = &Error{Code: 2, Message: "Method not allowed", Status: http.StatusMethodNotAllowed}
	errCrowded      = &Error{Code: 4, Message: "Too many sessions without a namespace from this address", Status: http.StatusTooManyRequests}
	errSuperseded   = &Error{Code: 3, Message: "superseded", Status: http.StatusBadRequest}
	errBusy         = &Error{Code: 3, Message: "Too many requests at a time", Status: http.StatusTooManyRequests}
	errShuttingDown = &Error{Code: 4, Message: "Server is shutting down", Status: http.StatusServiceUnavailable}
	errNodeSilent   = &Error{Code: 3, Message: "The node that holds the session does not answer", Status: http.StatusServiceUnavailable}
	errLongHeader   = &Error{Code: 3, Message: "Request header fields too large", Status: http.StatusRequestHeaderFieldsTooLarge}
)

// AsError returns the refusal that err is, or [ErrBadRequest].
func AsError(err error) *Error {
	refusal := ErrBadRequest
	errors.As(err, &refusal)
	return refusal
}

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

// forResume returns e as a client of the extension is told it.
func (e *Error) forResume() *Error {
	told := *e
	switch e {
	case ErrUnknownSession:
		told.CloseCode = codeUnknown
	case errSuperseded:
		told.CloseCode = codeSuperseded
	case errNodeSilent: // a lost connection
	default:
		told.CloseCode = codeBadRequest
	}
	return &told
}

// Errors of [Session.Send] and of the methods of [Conn].
var (
	ErrClosed = errors.New("engine: session is closed")
	ErrSlow   = errors.New("engine: client is too slow, its session was closed")

	// ErrMessageTooLarge refuses a message that is larger than Resume.Buffer, to a
	// session that keeps its messages until they are acknowledged.
	ErrMessageTooLarge = errors.New("engine: message is larger than the session may keep (Config.Resume.Buffer)")
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
