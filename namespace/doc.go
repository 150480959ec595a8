// Package namespace is where clients meet: sockets in namespaces and rooms, their
// events, acknowledgements and handlers.
//
// One session of the engine is one client, with a [Socket] for each namespace
// that it has joined. What a client sends is decoded by the session's reader and
// queued; the handlers of one socket run one at a time, in the order of arrival,
// on a goroutine that exists only while something waits.
package namespace
