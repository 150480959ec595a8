// streams.go: mode Streams.
//
//	<prefix> or <prefix>-<i>   the stream of a namespace: what is published
//	<prefix>#<nsp>#            questions, in MessagePack
//	<prefix>#<nsp>#<uid>#      answers to the node uid, in MessagePack
//	<sessions><pid>            what a client may come back to
//	<stream>:floor             the entry up to which the stream has lost some

package redis

import (
	"context"
	"encoding/base64"
	"errors"
	"strconv"
	"sync"
	"time"
	"unicode/utf16"

	goredis "github.com/redis/go-redis/v9"

	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

// streams is one namespace.
type streams struct {
	base
	stream string
	reader *reader
	saves  *queue
	asks   goredis.UniversalClient // for what clients come back to
	yields yields

	mu        sync.Mutex // guards what follows
	relayed   []*relayed // that the stream has not brought yet, in order
	waiting   int        // bytes of them
	unplaced  int        // of them are applied
	direct    bool       // the stream is too slow: what is relayed is applied at once
	timer     *time.Timer
	kept      []*relayed // that it has brought lately
	keptBytes int
	arrivals  []arrival // to be applied, in order
	applying  bool      // by somebody
	applied   string    // entry that was applied last
}

var (
	_ adapter.Recoverer = (*streams)(nil)
	_ follower          = (*streams)(nil)
)

func newStreams(b base) *streams {
	b.scope, b.public, b.answers = plain, b.channel, b.channel
	return &streams{base: b, stream: streamOf(b.config.Prefix, b.node.Namespace, b.config.StreamCount)}
}

// streamOf is the name of a namespace's stream. The hash may be negative, and so may be
// the number: official servers write to such a stream and do not read it; servers in Go
// do.
func streamOf(prefix, namespace string, count int) string {
	if count == 1 {
		return prefix
	}
	var hash int32
	for _, unit := range utf16.Encode([]rune(namespace)) {
		hash = hash*31 + int32(unit)
	}
	return prefix + "-" + strconv.Itoa(int(hash)%count)
}

func (s *streams) start() error {
	var err error
	if s.reader, err = s.read(s.stream); err != nil {
		return err
	}
	if s.saves, s.asks, err = s.saver(); err != nil {
		return err
	}
	s.reader.add(s.node.Namespace, s)
	if s.reader.position() == nowhere { // there must be a place to come back to
		if err := s.add(&node.Message{Type: node.Heartbeat, From: s.node.Name}); err != nil {
			return err
		}
	}
	return s.listen(s.message, topic{plain, s.private(s.node.Name)}, topic{plain, s.channel})
}

// Close implements [node.Link].
func (s *streams) Close() error {
	if s.reader != nil {
		s.reader.remove(s.node.Namespace)
	}
	s.mu.Lock()
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Unlock()
	return s.base.Close()
}

func (s *streams) message(_, payload string) {
	m := s.parsed(payload, s.node.ParseEnvelope)
	switch {
	case m == nil:
	case m.Type == node.Yielded:
		s.yields.told(m.PID)
	case m.Type == node.Yield && s.yields.owe(m.PID, m.From):
		s.tellSaved(m.From, m.PID)
	default:
		s.node.Receive(m)
	}
}

// Send implements [node.Link]: questions need no stream.
func (s *streams) Send(m *node.Message) error {
	if m.Request != "" || m.Type == node.Serve {
		return s.send("publish", s.channel, m, wire.AppendMsgpack)
	}
	return s.add(m)
}

// add queues an entry.
func (s *streams) add(m *node.Message) error {
	text, err := s.text(m)
	if err != nil {
		return err
	}
	it := s.item(m, text)
	it.done = s.lost
	_, err = s.queue.add(it)
	return err
}

// text is what an entry holds of a message.
func (s *streams) text(m *node.Message) ([]byte, error) {
	data, err := node.Data(m, s.node.Namespace)
	if err != nil || data == nil {
		return nil, err
	}
	text, err := wire.Append(nil, data)
	if err != nil {
		return nil, err
	}
	if wire.HasBinary(data) {
		text = base64.StdEncoding.AppendEncode(nil, text)
	}
	if len(text) > s.config.MaxMessage {
		return nil, ErrTooLarge
	}
	return text, nil
}

func (s *streams) item(m *node.Message, text []byte) item {
	args := []any{"xadd", s.stream, "maxlen", "~", s.config.MaxLen, "*", "uid", m.From, "nsp", s.node.Namespace, "type", int(m.Type)}
	if text != nil {
		args = append(args, "data", text)
	}
	return item{size: len(text), stream: s.stream, args: args}
}

// Reply implements [node.Link].
func (s *streams) Reply(to, m *node.Message) error {
	return s.send("publish", s.private(to.From), m, wire.AppendMsgpack)
}

// parse reads an entry.
func (s *streams) parse(values map[string]any) (*node.Message, error) {
	text := func(name string) string { v, _ := values[name].(string); return v }
	t, err := strconv.ParseUint(text("type"), 10, 8)
	if err != nil || text("uid") == "" {
		return nil, node.ErrMessage
	}
	return s.parseText(text("uid"), node.Type(t), []byte(text("data")))
}

func (s *streams) parseText(from string, t node.Type, data []byte) (*node.Message, error) {
	m := &node.Message{From: from, Type: t, Size: len(data)}
	if m.Size > s.config.MaxMessage {
		return nil, ErrTooLarge
	}
	if t == node.Heartbeat {
		return m, nil
	}
	if len(data) > 0 && data[0] != '{' {
		var err error
		if data, err = base64.StdEncoding.AppendDecode(nil, data); err != nil {
			return nil, err
		}
	}
	v, err := wire.Parse(data)
	if err != nil {
		return nil, err
	}
	return m, m.ParseData(node.TreeOf(v))
}

// entry implements [follower].
func (s *streams) entry(id string, values map[string]any) {
	m, err := s.parse(values)
	if err != nil {
		s.ignore(err)
		return
	}
	_, serial, _ := token(values)
	s.mu.Lock()
	apply := m.From != s.node.Name && m.Type != node.Heartbeat
	if m.From == s.node.Name {
		apply = s.broughtLocked(id, serial)
	}
	if m.Type == node.Broadcast && m.Request == "" {
		if m.Op.Mark = id; s.unplaced > 0 {
			m.Op.Mark = adapter.Unplaced // its client may have got what stands behind it
		}
	}
	if apply {
		s.arrivals = append(s.arrivals, arrival{id, m})
	}
	s.mu.Unlock()
	s.apply()
}

// missed implements [follower].
func (s *streams) missed(n int) {
	s.node.Fault(adapter.Fault{Kind: adapter.Missed, Messages: n, Err: errTrimmed})
}

var errTrimmed = errors.New("redis: the stream has lost entries before they were read")

// Behind implements [adapter.Recoverer].
func (s *streams) Behind(mark, other string) bool {
	return other != adapter.Unplaced && (mark == adapter.Unplaced || behind(mark, other))
}

// Position implements [adapter.Recoverer].
func (s *streams) Position() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unplaced > 0 {
		return ""
	}
	if len(s.arrivals) > 0 || s.applying {
		return s.applied
	}
	return s.reader.position()
}

// Relay implements [adapter.Recoverer].
func (s *streams) Relay(_ context.Context, op *adapter.Op) error {
	if s.node.Closed() {
		return node.ErrClosed
	}
	m := &node.Message{Type: node.Broadcast, From: s.node.Name, Op: *op}
	text, err := s.text(m)
	if err != nil {
		return err
	}
	if err = s.relay(text); err != nil {
		s.node.Fault(adapter.Fault{Kind: adapter.Refused, Messages: 1, Err: err})
	}
	return err
}
