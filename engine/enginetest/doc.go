// Package enginetest is a client in memory, for tests of what stands on the
// engine. It speaks packets with a session of an [engine.Server] without a
// network, so that such tests can run in a testing/synctest bubble.
//
//	srv, err := engine.New(engine.Config{}, handler, enginetest.Transport)
//	p := enginetest.Dial(t, srv)
//	p.Send("40")
//	got := p.Next() // "40{…}"
//
// A [Peer] takes from its session all the time, answers the server's pings and
// keeps the rest for [Peer.Next]. It costs one goroutine, which ends with the
// session or at the end of the test.
package enginetest
