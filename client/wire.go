// wire.go: what the extension adds to the packets of Engine.IO, OPEN, and refusals.

package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/everwire/everwire/engine/eio"
)

// ack is the packet "I have all up to this number".
const ack eio.Type = '7'

// maxNumber is the largest number that a packet or query may hold.
const maxNumber = 1<<53 - 1

// parsePacket reads one packet, of Engine.IO or the extension.
func parsePacket(b []byte) (eio.Packet, error) {
	if len(b) > 0 && eio.Type(b[0]) == ack {
		return eio.Packet{Type: ack, Data: b[1:]}, nil
	}
	return eio.Parse(b)
}

// parsePayload reads the packets of an answer or an event.
func parsePayload(b []byte) ([]eio.Packet, error) {
	var packets []eio.Packet
	for more := true; more; {
		var part []byte
		part, b, more = bytes.Cut(b, []byte{eio.Separator})
		p, err := parsePacket(part)
		if err != nil {
			return nil, err
		}
		packets = append(packets, p)
	}
	return packets, nil
}

// parseNumber reads the number of a packet.
func parseNumber(b []byte) (int64, error) {
	if len(b) == 0 || len(b) > 16 {
		return 0, errNumber
	}
	var n int64
	for _, d := range b {
		if d < '0' || d > '9' {
			return 0, errNumber
		}
		n = 10*n + int64(d-'0')
	}
	if n > maxNumber {
		return 0, errNumber
	}
	return n, nil
}

var errNumber = errors.New("malformed number")

// isProbe reports whether p is the answer to 2probe.
func isProbe(p eio.Packet) bool { return p.Type == eio.Pong && string(p.Data) == "probe" }

// open is the payload of OPEN.
type open struct {
	SID          string      `json:"sid"`
	PingInterval int64       `json:"pingInterval"`
	PingTimeout  int64       `json:"pingTimeout"`
	MaxPayload   int64       `json:"maxPayload"`
	C            int         `json:"c"`
	Resume       *openResume `json:"resume"`
}

type openResume struct {
	Buffer     int64    `json:"buffer"`
	Transports []string `json:"transports"`
	Ack        int64    `json:"ack"`
	From       int64    `json:"from"`
}

func parseOpen(b []byte) (open, error) {
	var o open
	if err := json.Unmarshal(b, &o); err != nil {
		return o, fmt.Errorf("OPEN: %w", err)
	}
	const day = 24 * 60 * 60 * 1000
	if o.SID == "" || o.PingInterval <= 0 || o.PingInterval > day || o.PingTimeout <= 0 || o.PingTimeout > day {
		return o, errors.New("OPEN without a session")
	}
	if r := o.Resume; r != nil && (r.Ack < 0 || r.From < 0) {
		return o, errNumber
	}
	return o, nil
}

// retryAfter is the payload of a close packet: when the client may come back.
func retryAfter(b []byte) (ms int64, ok bool) {
	var v struct {
		Retry *int64 `json:"retry"`
	}
	if len(b) == 0 || json.Unmarshal(b, &v) != nil || v.Retry == nil || *v.Retry < 0 || *v.Retry > 3600_000 {
		return 0, false
	}
	return *v.Retry, true
}

// refused makes an error of an HTTP answer that is no answer of a session. What
// cannot be understood is a lost connection: it may come from a proxy.
func refused(status int, body []byte) error {
	if status == http.StatusBadRequest {
		if r := refusalOf(body); r != nil {
			return r
		}
	}
	return transportError(fmt.Errorf("HTTP status %d %.60q", status, body))
}

// refusalOf reads the JSON of a refusal; nil if it is none that ends a session.
func refusalOf(b []byte) *refusal {
	var v struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	switch err := json.Unmarshal(b, &v); {
	case err != nil:
	case v.Code == 1:
		return errUnknown
	case v.Code == 3 && v.Message == "superseded":
		return errSuperseded
	}
	return nil
}

// handshakeQuery is that of a request for a new session. rid is "" without resume.
func handshakeQuery(transport, rid string, at int64, c bool) string {
	q := "EIO=4&transport=" + transport
	if rid != "" {
		q += "&resume=1&rid=" + rid + "&at=" + itoa(at)
	}
	if c {
		q += "&c=1"
	}
	return q
}

// sessionQuery is that of a request of a session without the extension.
func sessionQuery(transport, sid string) string {
	return "EIO=4&transport=" + transport + "&sid=" + url.QueryEscape(sid)
}

// resumeQuery is that of a request of a session with it.
func resumeQuery(transport, sid string) string {
	return sessionQuery(transport, sid) + "&resume=1"
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
