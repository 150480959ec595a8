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

// Event0 is the name of an event without arguments.
type Event0 = event.Event0

// Event2 is the name of an event with two arguments.
type Event2[A, B any] = event.Event2[A, B]

// Event3 is the name of an event with three arguments.
type Event3[A, B, C any] = event.Event3[A, B, C]

// RPC is the name of an event whose one argument is a Req, and whose answer is a
// Resp.
type RPC[Req, Resp any] = event.RPC[Req, Resp]

// RPC0 is the name of an event without arguments whose answer is a Resp.
type RPC0[Resp any] = event.RPC0[Resp]

// RPC2 is the name of an event with two arguments whose answer is a Resp.
type RPC2[A, B, Resp any] = event.RPC2[A, B, Resp]

// RPC3 is the name of an event with three arguments whose answer is a Resp.
type RPC3[A, B, C, Resp any] = event.RPC3[A, B, C, Resp]

// Resume sets up sessions that outlive their connections.
type Resume = engine.Resume

// CORS says what pages of other origins are told.
type CORS = engine.CORS

// Recovery lets clients that do not resume sessions come back to their sockets.
type Recovery = namespace.Recovery

// Observer is told what happens to sessions and events, for metrics.
type Observer = engine.Observer

// What handlers and applications meet.
type (
	// Namespace is a set of sockets under one name, with handlers and rooms of its own.
	Namespace = namespace.Namespace
	// Socket is one client in one namespace.
	Socket = namespace.Socket
	// Target selects sockets by rooms, on all nodes; it is a value.
	Target = namespace.Target
	// Direct sends to one socket in a way of its own: volatile, the latest of a key.
	Direct = namespace.Direct
	// RemoteSocket is what FetchSockets tells of a socket of any node.
	RemoteSocket = namespace.RemoteSocket
	// Servers is a namespace on the other servers of the cluster.
	Servers = namespace.Servers
	// RoomEvent is a change of a room.
	RoomEvent = namespace.RoomEvent
	// Ctx is one event on its way to its handler, and a context that ends with the socket.
	Ctx = namespace.Ctx
	// Handler handles an event or a connection.
	Handler = namespace.Handler
	// Middleware wraps handlers, see [Namespace].UseConnect and UseEvents.
	Middleware = namespace.Middleware
	// AuthFunc decides who a client is that wants to connect.
	AuthFunc = namespace.AuthFunc
	// Handshake is what a client connected with.
	Handshake = namespace.Handshake
	// Identity is who a client is, as an AuthFunc found out.
	Identity = namespace.Identity
	// Reason says why a socket was disconnected.
	Reason = namespace.Reason
	// Value is a value with the name of its [Key].
	Value = namespace.Value
)

// What happens to rooms, see [Namespace].OnRoom.
const (
	RoomCreated = namespace.RoomCreated // the first socket joins
	RoomJoined  = namespace.RoomJoined
	RoomLeft    = namespace.RoomLeft
	RoomDeleted = namespace.RoomDeleted // the last socket has left
)

// Key names a value of type T that a [Socket] can have.
type Key[T any] = namespace.Key[T]

// NewKey returns the key of that name.
func NewKey[T any](name string) Key[T] { return namespace.NewKey[T](name) }

// Values collects values of keys for an [Identity].
func Values(list ...Value) map[string]any { return namespace.Values(list...) }

// ClientKey is a Config.OnceKey: the key that Everwire's own clients add to an event
// that is to be handled once, as its last argument {"_once": "…"}.
func ClientKey(c *Ctx) string { return namespace.ClientKey(c) }

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
	ErrAnswer       = event.ErrAnswer           // the answer does not fit its type
	ErrSlow         = engine.ErrSlow            // too much waits for the client, which is disconnected
)

// The reasons for which sockets are disconnected.
const (
	ClientDisconnect = namespace.ClientDisconnect // the client left the namespace
	ServerDisconnect = namespace.ServerDisconnect // Disconnect was called, or the identity expired
	TransportError   = engine.TransportError      // the connection failed
	TransportClose   = engine.TransportClose      // the client closed the connection
	ForcedClose      = engine.ForcedClose         // the server closed the session
	PingTimeout      = engine.PingTimeout         // no pong came in time
	ParseError       = engine.ParseError          // the client broke the protocol
	ShuttingDown     = engine.ShuttingDown        // Server.Shutdown was called
	SlowClient       = engine.SlowClient          // too much waited for the client
)
