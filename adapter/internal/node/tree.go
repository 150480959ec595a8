// tree.go: what was read, taken apart. Nothing in it can be relied upon.

package node

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/namespace/sio"
)

// ErrMessage is the error of a message that is no message of the protocol.
var ErrMessage = errors.New("adapter: not a message of the protocol")

// Tree is a map that was read. A member that is missing or of another kind reads as
// the zero value.
type Tree map[string]any

// TreeOf returns v as a map; nil if it is none.
func TreeOf(v any) Tree {
	m, _ := v.(map[string]any)
	return m
}

// Tree returns a member that is a map.
func (t Tree) Tree(name string) Tree { return TreeOf(t[name]) }

// String returns a member that is a string.
func (t Tree) String(name string) string {
	s, _ := t[name].(string)
	return s
}

// Bool returns a member that is true or false.
func (t Tree) Bool(name string) bool {
	b, _ := t[name].(bool)
	return b
}

// Int returns a member that is a whole number; -1 if it is none, or out of the range
// of counts and times.
func (t Tree) Int(name string) int {
	const most = math.MaxInt32
	switch n := t[name].(type) {
	case int64:
		if n >= 0 && n <= most {
			return int(n)
		}
	case float64:
		if n >= 0 && n <= most && n == math.Trunc(n) {
			return int(n)
		}
	}
	return -1
}

// Number returns a member that is a positive whole number; 0 if it is none.
func (t Tree) Number(name string) uint64 {
	n, _ := t[name].(int64)
	return uint64(max(n, 0))
}

// Numbers returns a member that is a list of such numbers.
func (t Tree) Numbers(name string) []uint64 {
	list, _ := t[name].([]any)
	numbers := make([]uint64, len(list))
	for i, v := range list {
		n, _ := v.(int64)
		numbers[i] = uint64(max(n, 0))
	}
	return numbers
}

// Strings returns a member that is a list of strings, or of numbers, which rooms of
// official servers can be. False: it is something else, which must not be taken for
// an empty list, since that selects everybody.
func (t Tree) Strings(name string) (out []string, ok bool) {
	list, ok := t[name].([]any)
	if !ok {
		return nil, t[name] == nil
	}
	for _, v := range list {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case int64:
			out = append(out, strconv.FormatInt(v, 10))
		case float64:
			out = append(out, strconv.FormatFloat(v, 'g', -1, 64))
		default:
			return nil, false
		}
	}
	return out, true
}

// Options stores the options of an operation. The rooms must be there: without any,
// everybody is selected.
func (m *Message) Options(opts Tree) error {
	var rooms, except bool
	m.Op.Rooms, rooms = opts.Strings("rooms")
	m.Op.Except, except = opts.Strings("except")
	if opts["rooms"] == nil || !rooms || !except {
		return ErrMessage
	}
	flags := opts.Tree("flags")
	m.Op.Event.Volatile = flags.Bool("volatile")
	m.Op.Event.Latest = flags.String("latest")
	if compress, ok := flags["compress"].(bool); ok {
		m.Op.Event.NoCompress = !compress
	}
	if ms := flags.Int("timeout"); ms > 0 {
		m.Timeout = time.Duration(ms) * time.Millisecond
	}
	return nil
}

// Event stores an event, which is a list of its name and its arguments.
func (m *Message) Event(v any) error {
	list, _ := v.([]any)
	if len(list) == 0 {
		return ErrMessage
	}
	name, ok := list[0].(string)
	if !ok || len(name) > sio.MaxName || sio.Reserved(name) {
		return ErrMessage
	}
	m.Op.Event.Event, m.Op.Event.Args = name, list[1:]
	return nil
}

// Packet stores the event of a packet of Socket.IO.
func (m *Message) Packet(packet Tree) error {
	const event, binaryEvent = 2, 5
	if t := packet.Int("type"); t != event && t != binaryEvent {
		return ErrMessage
	}
	return m.Event(packet["data"])
}

// Body stores the value that a member holds, or that it is missing.
func (m *Message) Body(t Tree, name string) (err error) {
	if v, ok := t[name]; ok {
		m.Answer.Body, err = sio.NewBody(v)
	} else {
		m.Answer.Body, err = sio.NewBody()
	}
	return err
}

// Sockets stores a list of sockets.
func (m *Message) Sockets(v any) error {
	list, ok := v.([]any)
	if !ok {
		return ErrMessage
	}
	for _, e := range list {
		s, err := socketOf(TreeOf(e))
		if err != nil {
			return err
		}
		m.Answer.Sockets = append(m.Answer.Sockets, s)
	}
	return nil
}

func socketOf(t Tree) (s adapter.Socket, err error) {
	if s.ID = t.String("id"); s.ID == "" {
		return s, ErrMessage
	}
	s.Rooms, _ = t.Strings("rooms")
	h := t.Tree("handshake")
	s.Handshake = adapter.Handshake{
		Headers: texts(h.Tree("headers")),
		Time:    h.String("time"),
		Address: h.String("address"),
		XDomain: h.Bool("xdomain"),
		Secure:  h.Bool("secure"),
		URL:     h.String("url"),
		Query:   texts(h.Tree("query")),
	}
	s.Handshake.Issued, _ = h["issued"].(int64)
	if issued, ok := h["issued"].(float64); ok {
		s.Handshake.Issued = int64(issued)
	}
	if auth := h["auth"]; auth != nil {
		if s.Handshake.Auth, err = json.Marshal(auth); err != nil {
			return s, err
		}
	}
	s.Data, err = json.Marshal(t["data"])
	return s, err
}

// texts are the members as strings: a header or parameter that came twice is a list.
func texts(t Tree) map[string]string {
	out := make(map[string]string, len(t))
	for name, v := range t {
		switch v := v.(type) {
		case string:
			out[name] = v
		case []any:
			list, _ := t.Strings(name)
			out[name] = strings.Join(list, ", ")
		}
	}
	return out
}

// The words for failures that are told apart.
const (
	wordDisconnected = "disconnected"
	wordTimeout      = "timeout"
)

// Word is what an error is called on the wire.
func Word(err error) string {
	switch {
	case errors.Is(err, adapter.ErrDisconnected):
		return wordDisconnected
	case errors.Is(err, adapter.ErrTimeout):
		return wordTimeout
	}
	return err.Error()
}

// Failure stores an error. That of a client is an answer.
func (m *Message) Failure(text string) {
	switch text {
	case wordDisconnected:
		m.Answer.Err = adapter.ErrDisconnected
	case wordTimeout:
		m.Answer.Err = adapter.ErrTimeout
	default:
		m.Answer.Err = errors.New(text)
	}
	m.Failed = m.Type != Ack
}
