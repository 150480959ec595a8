// post.go: the packets that a client sends by POST.

package engine

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/everwire/everwire/engine/eio"
)

// What one POST may hold: so many packets, and beyond that so many binary messages
// for each text: attachments travel behind their event.
const (
	maxPostPackets     = 1000
	maxPostAttachments = 10
)

// Post takes a POST of the session's client. Once the request has been admitted
// it calls body, once, to read it. The packets are handled all or, if one of them
// cannot be read, none. A second POST at the same time closes the session, as in
// the official server.
//
// Errors are those of body or an [*Error] for the client. A body that cannot be
// read, for any reason but an [*Error], closes the session.
func (s *Session) Post(r *http.Request, body func() ([]byte, error)) error {
	if s.resume != nil {
		return s.postResumable(r, body)
	}
	if err := s.beginPost(); err != nil {
		return err
	}
	defer s.endPost()
	b, err := body()
	if refusal := (*Error)(nil); errors.As(err, &refusal) {
		return refusal
	}
	if err != nil {
		s.end(TransportError)
		return err
	}
	if tooMany(b) {
		return ErrTooLarge
	}
	packets, err := parsePayload(b)
	if err != nil || slices.ContainsFunc(packets, isExtension) {
		s.end(ParseError)
		return ErrBadRequest
	}
	for _, p := range packets {
		// What was wrong is told on the connection that the session closes.
		if err := s.receive(p); err != nil {
			break
		}
	}
	return nil
}

func (s *Session) beginPost() error {
	s.tick(s.srv.now())
	s.mu.Lock()
	var err error
	overlap := s.posting
	switch {
	case s.state == closed:
		err = ErrUnknownSession
	case s.cur.transport == WebSocket || overlap:
		err = ErrBadRequest
	default:
		s.posting = true
	}
	s.mu.Unlock()
	if overlap {
		s.end(TransportError)
	}
	return err
}

func (s *Session) endPost() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posting = false
}

// isExtension reports whether protocol 4 does not know the packet.
func isExtension(p eio.Packet) bool { return p.Type == eio.Ack }

var errUTF8 = errors.New("engine: POST is not UTF-8")

// tooMany counts packets without making any.
func tooMany(payload []byte) bool {
	texts, binary := 0, 0
	for more := true; more; {
		var p []byte
		if p, payload, more = bytes.Cut(payload, []byte{eio.Separator}); len(p) > 0 && p[0] == 'b' {
			binary++
		} else {
			texts++
		}
		if texts > maxPostPackets || texts+binary > maxPostPackets && binary > maxPostAttachments*texts {
			return true
		}
	}
	return false
}

func parsePayload(b []byte) ([]eio.Packet, error) {
	if !utf8.Valid(b) {
		return nil, errUTF8
	}
	packets := make([]eio.Packet, 0, 8)
	for p, err := range eio.Packets(b) {
		if err != nil {
			return nil, err
		}
		packets = append(packets, p)
	}
	return packets, nil
}
