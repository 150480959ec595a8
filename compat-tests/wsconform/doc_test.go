// Package wsconform holds the WebSocket transport to RFC 6455, frame by frame over raw TCP. The cases have the ids of
// the Autobahn test suite: its 247 base cases (groups 1 to 7 and 10), 54 performance cases (group 9) and 216 cases of
// permessage-deflate (groups 12 and 13), which have a server of their own that compresses.
//
// The server under test is the engine with the WebSocket transport, which speaks Engine.IO, and an application that
// sends every message back. So a case is adapted in two places: the harness reads the OPEN packet before the case
// begins, and the frame that begins a text message has the type character of an Engine.IO message, "4", before its
// payload: an empty text is the one byte "4", and a case about the text FF sends 34 FF. Binary frames, fragments after
// the first and control frames are sent as they are. Nothing else is changed; a wait of the catalogue is a ping that
// must be answered, or where no frame can be sent a moment in which nothing may come.
//
// A case of compression is played with 20 messages instead of 1,000, of contents of the kinds that the catalogue names.
// The server agrees to permessage-deflate without context takeover. Where the offer has a window for the server, its
// compressed messages must be no longer than that: it sends longer ones as they are, as RFC 7692 lets it.
//
// Cases that leave a server a choice say so: one that takes the lesser choice passes and is counted as not strict. A
// connection has failed correctly when the close frame with the code of the case came, or when the TCP connection ended
// without one, which also is not strict. A frame after the close frame is a failure in every case.
//
// The tests run when EVERWIRE_COMPAT=1 is set, as `make test` does; EVERWIRE_CASE=5.19 runs that case alone.
package wsconform
