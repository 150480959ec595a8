// alias.go: the names of other packages that users of this one need.

package everwire

import (
	"github.com/everwire/everwire/engine"
	"github.com/everwire/everwire/event"
	"github.com/everwire/everwire/namespace"
	"github.com/everwire/everwire/namespace/sio"
)

// Event is the name of an event whose one argument is a T.
type Event[T any] = event.Event[T]

// RPC is the name of an event whose one argument is a Req, and whose answer is a
// Resp.
type RPC[Req, Resp any] = event.RPC[Req, Resp]

// What handlers and applications meet.
type (
	Namespace  = namespace.Namespace
	Socket     = namespace.Socket
	Target     = namespace.Target
	Ctx        = namespace.Ctx
	Handler    = namespace.Handler
	Middleware = namespace.Middleware
	Handshake  = namespace.Handshake
	Identity   = namespace.Identity
	Reason     = namespace.Reason
	Value      = namespace.Value
)

// Key names a value of type T that a [Socket] can have.
type Key[T any] = namespace.Key[T]

// NewKey returns the key of that name.
func NewKey[T any](name string) Key[T] { return namespace.NewKey[T](name) }

// Values collects values of keys for an [Identity].
func Values(list ...Value) map[string]any { return namespace.Values(list...) }

// Error is a failure that a handler tells its client: as the answer to an event, or
// as the reason why a connection is refused. Any other error is logged, and masked
// for the client.
type Error = sio.Error

// BindError says which argument did not fit what a handler binds it to.
type BindError = sio.BindError

// Errors of sending and calling.
var (
	ErrDisconnected = namespace.ErrDisconnected // the client is gone
	ErrTimeout      = namespace.ErrTimeout      // no answer in time; a context.DeadlineExceeded
	ErrAcked        = namespace.ErrAcked        // the event was answered before
	ErrSlow         = engine.ErrSlow            // too much waits for the client, which is disconnected
)

// The reasons for which sockets are disconnected.
const (
	ClientDisconnect = namespace.ClientDisconnect
	ServerDisconnect = namespace.ServerDisconnect
	TransportError   = engine.TransportError
	TransportClose   = engine.TransportClose
	ForcedClose      = engine.ForcedClose
	PingTimeout      = engine.PingTimeout
	ParseError       = engine.ParseError
	ShuttingDown     = engine.ShuttingDown
	SlowClient       = engine.SlowClient
)
