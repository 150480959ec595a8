// sse.go: the SSE transport, and the parser of event streams.

package client

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/everwire/everwire/engine/eio"
)

func (a *attachment) runSSE() error {
	c := a.s.c
	resp, err := c.request(a.ctx, &a.http, http.MethodGet, a.attachQuery(), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode != http.StatusOK || kind != "text/event-stream" {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
		return refused(resp.StatusCode, body)
	}
	c.mu.Lock()
	c.spawn(&c.network, a.uplink)
	c.mu.Unlock()
	events := eventReader{r: bufio.NewReader(resp.Body)}
	for {
		e, err := events.next()
		if err == io.EOF {
			return &lost{why: TransportClose, err: err}
		}
		if err != nil {
			return transportError(err)
		}
		if e.name == "x" {
			return refusalEvent(e.data)
		}
		packets, err := e.packets()
		if err != nil {
			return &lost{why: ParseError, err: err}
		}
		if !a.received(e.before(packets), packets...) {
			return transportError(errEnded)
		}
	}
}

func refusalEvent(data []byte) error {
	if r := refusalOf(data); r != nil {
		return r
	}
	return transportError(fmt.Errorf("refused: %.60q", data))
}

// streamEvent is one event of a stream.
type streamEvent struct {
	name string // "" for a message
	id   int64  // the last one that was sent, with this event or before
	data []byte
}

// packets reads the payload: as it is, or as a JSON string if it holds line breaks.
func (e streamEvent) packets() ([]eio.Packet, error) {
	switch e.name {
	case "", "message":
		return parsePayload(e.data)
	case "e":
		var s string
		if err := json.Unmarshal(e.data, &s); err != nil {
			return nil, err
		}
		return parsePayload([]byte(s))
	}
	return nil, nil // of a later version
}

// before returns the number before that of the event's first message: its ID is
// that of the last one.
func (e streamEvent) before(packets []eio.Packet) int64 {
	n := e.id
	for _, p := range packets {
		if p.Type == eio.Message {
			n--
		}
	}
	return n
}

var (
	errLine = errors.New("line of the event stream is too long")
	errID   = errors.New("ID of an event is no number")
)

// eventReader reads events as the server writes them: lines end with LF or CRLF.
type eventReader struct {
	r  *bufio.Reader
	id int64
}

// next returns the next event that has data. The data is its own.
func (er *eventReader) next() (streamEvent, error) {
	var e streamEvent
	filled := false
	for {
		line, err := er.line()
		if err != nil {
			return e, err
		}
		if len(line) == 0 {
			if filled {
				e.id = er.id
				return e, nil
			}
			e = streamEvent{}
			continue
		}
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) {
		case "data":
			if filled {
				e.data = append(e.data, '\n')
			}
			if len(e.data)+len(value) > maxIncoming {
				return e, errLine
			}
			e.data = append(e.data, value...)
			filled = true
		case "event":
			e.name = string(value)
		case "id":
			if er.id, err = strconv.ParseInt(string(value), 10, 64); err != nil || er.id < 0 {
				return e, errID
			}
		}
	}
}

// line returns the next line, which is valid until the next call.
func (er *eventReader) line() ([]byte, error) {
	line, err := er.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		long := bytes.Clone(line)
		for err == bufio.ErrBufferFull && len(long) <= maxIncoming {
			line, err = er.r.ReadSlice('\n')
			long = append(long, line...)
		}
		if len(long) > maxIncoming {
			return nil, errLine
		}
		line = long
	}
	if err != nil {
		return nil, err // half an event does not count
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
}
