// streams.go: mode Streams.
//
//	<prefix> or <prefix>-<i>   the stream of a namespace: what is published
//	<prefix>#<nsp>#            questions, in MessagePack
//	<prefix>#<nsp>#<uid>#      answers to the node uid, in MessagePack

package redis

import (
	"encoding/base64"
	"strconv"
	"unicode/utf16"

	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

// streams is one namespace.
type streams struct {
	base
	stream string
	reader *reader
}

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
	s.reader.add(s.node.Namespace, s.entry)
	return s.listen(s.message, topic{plain, s.private(s.node.Name)}, topic{plain, s.channel})
}

// Close implements [node.Link].
func (s *streams) Close() error {
	if s.reader != nil {
		s.reader.remove(s.node.Namespace)
	}
	return s.base.Close()
}

func (s *streams) message(_, payload string) { s.receive(payload, s.node.ParseEnvelope) }

// Send implements [node.Link]: questions need no stream.
func (s *streams) Send(m *node.Message) error {
	if m.Request != "" || m.Type == node.Serve {
		return s.send("publish", s.channel, m, wire.AppendMsgpack)
	}
	data, err := node.Data(m, s.node.Namespace)
	if err != nil {
		return err
	}
	text, err := wire.Append(nil, data)
	if err != nil {
		return err
	}
	if wire.HasBinary(data) {
		text = base64.StdEncoding.AppendEncode(nil, text)
	}
	if len(text) > s.config.MaxMessage {
		return ErrTooLarge
	}
	return s.queue.add(len(text), "xadd", s.stream, "maxlen", "~", s.config.MaxLen, "*",
		"uid", m.From, "nsp", s.node.Namespace, "type", int(m.Type), "data", text)
}

// Reply implements [node.Link].
func (s *streams) Reply(to, m *node.Message) error {
	return s.send("publish", s.private(to.From), m, wire.AppendMsgpack)
}

// entry takes one entry of the stream.
func (s *streams) entry(values map[string]any) {
	text := func(name string) string { v, _ := values[name].(string); return v }
	t, err := strconv.ParseUint(text("type"), 10, 8)
	m := &node.Message{From: text("uid"), Type: node.Type(t), Size: len(text("data"))}
	if err != nil || m.From == "" || m.Size > s.config.MaxMessage {
		s.ignore()
		return
	}
	data := []byte(text("data"))
	if len(data) > 0 && data[0] != '{' {
		if data, err = base64.StdEncoding.AppendDecode(nil, data); err != nil {
			s.ignore()
			return
		}
	}
	v, err := wire.Parse(data)
	if err == nil {
		err = m.ParseData(node.TreeOf(v))
	}
	if err != nil {
		s.ignore()
		return
	}
	s.node.Receive(m)
}
