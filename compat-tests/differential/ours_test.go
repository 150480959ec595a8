// ours_test.go: what our codecs say, in the form of the oracle's answers.

package differential

import (
	"math"
	"strconv"

	"github.com/everwire/everwire/engine/eio"
	"github.com/everwire/everwire/namespace/sio"
)

// unbound stands for an argument that Bind could not store in an any.
type unbound struct{ err error }

// decodeOurs gives messages to our decoder, up to the first error.
func decodeOurs(codec sio.Codec, messages []message) (steps []*step) {
	d := codec.NewDecoder()
	for _, m := range messages {
		p := eio.Packet{Type: eio.Message}
		if m.Binary != nil {
			p = eio.Binary(*m.Binary)
		} else if m.Text != nil {
			p.Data = *m.Text
		}
		pkt, done, err := d.Decode(p)
		switch {
		case err != nil:
			return append(steps, &step{Error: err.Error()})
		case done:
			steps = append(steps, stepOf(pkt))
		default:
			steps = append(steps, nil)
		}
	}
	return steps
}

// stepOf gives a packet the official form: data is a list that begins with the event's name, or one value, or nothing.
func stepOf(pkt sio.Packet) *step {
	s := &step{Type: int(pkt.Type), NSP: pkt.Namespace}
	if pkt.HasID {
		s.ID = strconv.FormatUint(pkt.ID, 10)
	}
	args := []any{}
	if pkt.Type == sio.Event {
		args = append(args, pkt.Event)
	}
	if pkt.Body != nil {
		for i := range pkt.Body.Len() {
			var arg any
			if err := pkt.Body.Bind(i, &arg); err != nil {
				arg = unbound{err}
			}
			args = append(args, arg)
		}
	}
	switch {
	case pkt.Type == sio.Event || pkt.Type == sio.Ack:
		s.Data.value = args
	case len(args) == 0:
		s.Data.value = undefined{}
	default:
		s.Data.value = args[0]
	}
	return s
}

// named returns the data of a packet. An event name that is a number becomes its digits, as in the official emitter.
func (s *step) named() any {
	list, ok := s.Data.value.([]any)
	if !ok || len(list) == 0 || sio.Type(s.Type) != sio.Event {
		return s.Data.value
	}
	n, ok := list[0].(float64)
	if !ok || n != math.Trunc(n) || math.Abs(n) > sio.MaxID {
		return s.Data.value
	}
	return append([]any{strconv.FormatInt(int64(n), 10)}, list[1:]...)
}

// encodeOurs returns the messages for a packet in the official form.
func encodeOurs(codec sio.Codec, q question) ([]message, error) {
	h := sio.Header{Type: sio.Type(q.Type), Namespace: q.NSP}
	if q.ID != "" {
		id, err := strconv.ParseUint(q.ID, 10, 64)
		if err != nil {
			return nil, err
		}
		h.ID, h.HasID = id, true
	}
	var args []any
	switch data := q.Data.value.(type) {
	case undefined:
	case []any:
		if args = data; h.Type == sio.Event {
			h.Event, args = data[0].(string), data[1:]
		}
	default:
		args = []any{data}
	}
	packets, err := codec.Encode(nil, h, args...)
	var messages []message
	for _, p := range packets {
		if p.Binary {
			messages = append(messages, binaryMessage(p.Data))
		} else {
			messages = append(messages, textMessage(p.Data))
		}
	}
	return messages, err
}

// parseOurs reads packets of Engine.IO up to the first error.
func parseOurs(q question) (packets []enginePacket) {
	each := eio.Packets(q.Text)
	if q.Op == "packet" {
		each = func(yield func(eio.Packet, error) bool) { yield(eio.Parse(q.Text)) }
	}
	for p, err := range each {
		switch {
		case err != nil:
			packets = append(packets, enginePacket{Error: err.Error()})
		case p.Type == eio.Ack: // of the extension: sessions without it refuse it as they do unknown types
			return append(packets, enginePacket{Error: eio.ErrType.Error()})
		case p.Binary:
			packets = append(packets, enginePacket{Type: p.Type.String(), Binary: &p.Data})
		default:
			packets = append(packets, enginePacket{Type: p.Type.String(), Text: &p.Data})
		}
	}
	return packets
}

var engineTypes = []string{"open", "close", "ping", "pong", "message", "upgrade", "noop"}

// writeOurs writes packets of Engine.IO as a payload.
func writeOurs(packets []enginePacket) (payload []byte) {
	for _, p := range packets {
		for t, name := range engineTypes {
			if name != p.Type {
				continue
			}
			e := eio.Packet{Type: eio.Open + eio.Type(t)}
			if p.Binary != nil {
				e.Binary, e.Data = true, *p.Binary
			} else {
				e.Data = *p.Text
			}
			payload = eio.AppendPayload(payload, 0, e)
		}
	}
	return payload
}
