// Package everwire serves real-time sessions to the clients of Socket.IO: events
// with acknowledgements, in namespaces and rooms, over WebSocket or HTTP
// long-polling, whichever gets through.
//
//	srv, err := everwire.New(everwire.Config{})
//	everwire.On(srv, Chat, func(c *everwire.Ctx, m Message) error {
//		return Chat.Emit(srv.To(m.Room), m)
//	})
//	http.Handle("/socket.io/", srv) // or ginmount.Mount(router, "/socket.io", srv)
//
// The official clients work unmodified (Engine.IO protocol 4, Socket.IO protocol
// 5).
//
// # Events
//
// An [Event] is a name with the type of its payload, an [RPC] one with an answer.
// They are constants that everything that sends or receives shares. [On] and
// [Handle] receive them; their Emit and Call send them, to a [Socket], to a
// [Target] of rooms, or to all.
//
// # Guarantees
//
// Events arrive in the order in which they were sent, each at most once, also over
// the upgrade from polling to WebSocket. The handlers of one socket run one at a
// time in the order of arrival; those of different sockets run concurrently. Emit
// never blocks: a client that does not read is disconnected when 4 MiB wait for
// it. A call ends with exactly one of an answer, an error, a timeout, and
// [ErrDisconnected].
//
// # Safety
//
// Pages of other origins are refused on every transport unless Config.Origins
// lists them. What breaks the protocol or exceeds a limit closes its own session
// and no other. A panic in a handler is logged and answered as an internal error.
package everwire
