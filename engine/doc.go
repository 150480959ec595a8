// Package engine keeps Engine.IO 4 sessions: what a session ID names, and what
// outlives the single HTTP request or socket.
//
// A [Server] verifies requests, finds or makes their [Session] and hands both to
// the [Transport] that the request asks for. A transport pulls: it attaches a
// [Conn] to the session and takes what waits in the session's outbox whenever it
// can write. Nothing here starts a goroutine for a session, and nothing here
// blocks but [Conn.Next] and [Conn.Receive], which wait for the application.
//
// One layer up, a [Handler] is told of new sessions and a [Receiver] gets the
// packets of each; namespaces live there.
//
//	request ─▶ Server ─▶ Transport.ServeSession ─▶ Session.Attach ─▶ Conn
//	                                                Conn.Receive ─▶ Receiver
//	                     Session.Send ─▶ outbox ─▶ Conn.Next / TryNext
package engine
