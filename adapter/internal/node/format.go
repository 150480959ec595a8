// format.go: messages in the form that the official adapters of Redis (sharded and
// streams), PostgreSQL and of Node's clusters share:
//
//	{uid, nsp, type, data}

package node

import (
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/wire"
)

// Envelope is a whole message.
func (n *Node) Envelope(m *Message) (wire.Map, error) {
	data, err := Data(m, n.Namespace)
	if err != nil {
		return nil, err
	}
	e := wire.Map{{Name: "uid", Value: m.From}, {Name: "nsp", Value: n.Namespace}, {Name: "type", Value: int(m.Type)}}
	if data != nil {
		e = append(e, wire.Member{Name: "data", Value: data})
	}
	return e, nil
}

// Opts are the options of an operation.
func Opts(m *Message) wire.Map {
	return wire.Map{
		{Name: "rooms", Value: m.Op.Rooms},
		{Name: "except", Value: m.Op.Except},
		{Name: "flags", Value: flags(m)},
	}
}

func flags(m *Message) wire.Map {
	f := wire.Map{}
	if m.Op.Event.Volatile {
		f = append(f, wire.Member{Name: "volatile", Value: true})
	}
	if m.Op.Event.NoCompress {
		f = append(f, wire.Member{Name: "compress", Value: false})
	}
	if m.Op.Event.Latest != "" {
		f = append(f, wire.Member{Name: "latest", Value: m.Op.Event.Latest})
	}
	if m.Timeout > 0 {
		f = append(f, wire.Member{Name: "timeout", Value: int(m.Timeout.Milliseconds())})
	}
	return f
}

// Packet is the event of an operation as a packet of Socket.IO.
func Packet(m *Message, namespace string) (wire.Map, error) {
	event, err := wire.Event(m.Op.Event.Event, m.Op.Event.Args)
	return wire.Map{{Name: "type", Value: 2}, {Name: "data", Value: event}, {Name: "nsp", Value: namespace}}, err
}

// optional leaves a member out that has the zero value.
func optional[T comparable](v T) any {
	if v == *new(T) {
		return wire.Nothing{}
	}
	return v
}

// Data is a message without its envelope; nil if it has none.
func Data(m *Message, namespace string) (wire.Map, error) {
	switch m.Type {
	case Broadcast:
		packet, err := Packet(m, namespace)
		return wire.Map{
			{Name: "opts", Value: Opts(m)}, {Name: "packet", Value: packet},
			{Name: "requestId", Value: optional(m.Request)}, {Name: "errors", Value: optional(m.Strict)},
		}, err
	case Join, Leave:
		return wire.Map{{Name: "opts", Value: Opts(m)}, {Name: "rooms", Value: m.Op.Change}}, nil
	case Disconnect:
		return wire.Map{{Name: "opts", Value: Opts(m)}, {Name: "close", Value: m.Op.Close}}, nil
	case Fetch:
		return wire.Map{
			{Name: "opts", Value: Opts(m)}, {Name: "requestId", Value: m.Request},
			{Name: "count", Value: optional(m.Op.Kind == adapter.Count)}, {Name: "errors", Value: optional(m.Strict)},
		}, nil
	case Serve:
		event, err := wire.Event(m.Op.Event.Event, m.Op.Event.Args)
		return wire.Map{
			{Name: "packet", Value: event}, {Name: "requestId", Value: optional(m.Request)},
			{Name: "errors", Value: optional(m.Strict)},
		}, err
	case Yield, Yielded:
		return wire.Map{{Name: "pid", Value: m.PID}}, nil
	case Fetched, ClientCount, Served, Ack:
		return answerData(m)
	}
	return nil, nil
}

func answerData(m *Message) (wire.Map, error) {
	data := wire.Map{{Name: "requestId", Value: m.Request}}
	switch {
	case m.Answer.Err != nil:
		data = append(data, wire.Member{Name: "error", Value: Word(m.Answer.Err)})
	case m.Type == ClientCount:
		data = append(data, wire.Member{Name: "clientCount", Value: m.Answer.Count})
	case m.Type == Fetched:
		data = append(data, SocketsMember(m))
	default:
		packet, err := wire.Answer(m.Answer.Body)
		return append(data, wire.Member{Name: "packet", Value: packet}), err
	}
	return data, nil
}

// SocketsMember is the answer to a Fetch, or the shorter one to who has asked for a
// number alone.
func SocketsMember(m *Message) wire.Member {
	if m.Op.Kind == adapter.Count {
		return wire.Member{Name: "count", Value: m.Answer.Count}
	}
	sockets := m.Answer.Sockets
	if sockets == nil {
		sockets = []adapter.Socket{}
	}
	return wire.Member{Name: "sockets", Value: sockets}
}

// IsOwn tells whether a whole message is one that this node has made, without reading more
// than its beginning.
func IsOwn[T string | []byte](n *Node, message T) bool {
	if len(message) == 0 {
		return false
	}
	begin := n.ownJSON
	if message[0] != '{' {
		begin, message = n.ownMsgpack, message[1:] // behind the number of members
	}
	return len(message) >= len(begin) && string(message[:len(begin)]) == begin
}

// learnOwn notes how messages of this node begin.
func (n *Node) learnOwn() {
	e := wire.Map{{Name: "uid", Value: n.Name}}
	text, _ := wire.AppendJSON(nil, e) // a text has no error
	packed, _ := wire.AppendMsgpack(nil, e)
	n.ownJSON, n.ownMsgpack = string(text[:len(text)-1]), string(packed[1:])
}

// ParseEnvelope reads a whole message.
func (n *Node) ParseEnvelope(b []byte) (*Message, error) {
	v, err := wire.Parse(b)
	if err != nil {
		return nil, err
	}
	e := TreeOf(v)
	if e.String("nsp") != n.Namespace {
		return nil, ErrMessage
	}
	m := &Message{From: e.String("uid"), Type: Type(max(min(e.Int("type"), 255), 0)), Size: len(b)}
	if m.From == "" {
		return nil, ErrMessage
	}
	m.Envelope = e
	return m, m.ParseData(e.Tree("data"))
}

// ParseData reads what the envelope holds, for the type that is set.
func (m *Message) ParseData(data Tree) error {
	m.Request, m.Strict = data.String("requestId"), data.Bool("errors")
	switch m.Type {
	case Hello, Heartbeat, Goodbye:
		return nil
	case Yield, Yielded:
		m.PID = data.String("pid")
		return nil
	case Broadcast, Join, Leave, Disconnect, Fetch:
		if err := m.Options(data.Tree("opts")); err != nil {
			return err
		}
	}
	switch m.Type {
	case Broadcast:
		m.Op.Kind = adapter.Broadcast
		if m.Request != "" {
			m.Op.Kind = adapter.Call
		}
		return m.Packet(data.Tree("packet"))
	case Join, Leave, Disconnect:
		m.Request = "" // nobody answers
		return m.Changes(data)
	case Fetch:
		m.Op.Kind = adapter.Fetch
		if data.Bool("count") {
			m.Op.Kind = adapter.Count
		}
		return m.needsRequest()
	case Serve:
		m.Op.Kind = adapter.Serve
		return m.Event(data["packet"])
	}
	return m.parseAnswer(data)
}

// Changes stores what is changed, beside the options, for the type that is set.
func (m *Message) Changes(data Tree) error {
	m.Op.Kind = map[Type]adapter.Kind{Join: adapter.Join, Leave: adapter.Leave, Disconnect: adapter.Disconnect}[m.Type]
	var ok bool
	m.Op.Change, ok = data.Strings("rooms")
	m.Op.Close = data.Bool("close")
	if !ok {
		return ErrMessage
	}
	return nil
}

func (m *Message) needsRequest() error {
	if m.Request == "" {
		return ErrMessage
	}
	return nil
}

func (m *Message) parseAnswer(data Tree) error {
	if !m.Type.answers() || m.Request == "" {
		return ErrMessage
	}
	if text := data.String("error"); text != "" {
		m.Failure(text)
		return nil
	}
	switch m.Type {
	case ClientCount:
		if m.Answer.Count = data.Int("clientCount"); m.Answer.Count < 0 {
			return ErrMessage
		}
		return nil
	case Fetched:
		return m.fetched(data)
	}
	return m.Body(data, "packet")
}

func (m *Message) fetched(data Tree) error {
	if n := data.Int("count"); n >= 0 {
		m.Answer.Count = n
		return nil
	}
	return m.Sockets(data["sockets"])
}
