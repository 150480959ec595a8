// classicread.go: what is read in mode Classic.

package redis

import (
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

func (c *classic) parseBroadcast(b []byte) (*node.Message, error) {
	v, err := wire.ParseMsgpack(b)
	if err != nil {
		return nil, err
	}
	list, _ := v.([]any)
	if len(list) < 3 {
		return nil, node.ErrMessage
	}
	m := &node.Message{Type: node.Broadcast, Size: len(b), Op: adapter.Op{Kind: adapter.Broadcast}}
	if m.From, _ = list[0].(string); m.From == "" {
		return nil, node.ErrMessage
	}
	if err := m.Options(node.TreeOf(list[2])); err != nil {
		return nil, err
	}
	return m, c.packet(m, node.TreeOf(list[1]))
}

// packet reads an event, for this namespace; without one it is for the main one.
func (c *classic) packet(m *node.Message, packet node.Tree) error {
	namespace := "/"
	if packet["nsp"] != nil {
		namespace = packet.String("nsp")
	}
	if namespace != c.node.Namespace {
		return node.ErrMessage
	}
	return m.Packet(packet)
}

func (c *classic) parseRequest(b []byte) (*node.Message, error) {
	v, err := wire.Parse(b)
	if err != nil {
		return nil, err
	}
	r := node.TreeOf(v)
	m := &node.Message{From: r.String("uid"), Request: r.String("requestId"), Strict: r.Bool("errors"), Size: len(b)}
	return m, c.readRequest(m, r)
}

func (c *classic) readRequest(m *node.Message, r node.Tree) error {
	switch t := r.Int("type"); t {
	case requestJoin, requestLeave, requestDisconnect:
		m.Type = map[int]node.Type{requestJoin: node.Join, requestLeave: node.Leave, requestDisconnect: node.Disconnect}[t]
		return c.change(m, r)
	case requestServe:
		m.Type, m.Op.Kind = node.Serve, adapter.Serve
		return m.Event(revive(r["data"]))
	case requestCall:
		m.Type, m.Op.Kind = node.Broadcast, adapter.Call
		if err := m.Options(r.Tree("opts")); err != nil {
			return err
		}
		if m.Request == "" {
			return node.ErrMessage
		}
		return c.packet(m, r.Tree("packet"))
	case requestSockets, requestRooms, requestFetch:
		return fetch(m, r, t)
	}
	return node.ErrMessage
}

// fetch reads one of the three requests about sockets.
func fetch(m *node.Message, r node.Tree, t int) error {
	m.Type, m.Op.Kind = node.Fetch, adapter.Fetch
	if r.Bool("count") {
		m.Op.Kind = adapter.Count
	}
	if m.Request == "" {
		return node.ErrMessage
	}
	switch t {
	case requestFetch:
		return m.Options(r.Tree("opts"))
	case requestRooms:
		m.Form = formRooms
		return nil
	}
	m.Form = formIDs
	var ok bool
	if m.Op.Rooms, ok = r.Strings("rooms"); !ok {
		return node.ErrMessage
	}
	return nil
}

// change reads what is done to sockets; in its old form, to one socket, which is
// answered by the node that has it.
func (c *classic) change(m *node.Message, r node.Tree) error {
	id := m.Request
	m.Request = ""
	if r.Tree("opts") != nil {
		if err := m.Options(r.Tree("opts")); err != nil {
			return err
		}
		return m.Changes(r)
	}
	sid := r.String("sid")
	if sid == "" || m.Changes(r) != nil {
		return node.ErrMessage
	}
	m.Op.Rooms, m.Op.Change = []string{sid}, []string{r.String("room")}
	if c.rooms != nil && c.rooms.HasRoom(sid) && m.From != c.node.Name && id != "" {
		// What comes of it is nothing that the asker waits for.
		_ = c.put(c.answers, wire.Map{{Name: "requestId", Value: id}}, wire.AppendJSON)
	}
	return nil
}

// parseResponse reads an answer. Which question it answers is not looked at here: those
// of others come in too.
func parseResponse(b []byte) (*node.Message, error) {
	v, err := wire.Parse(b)
	if err != nil {
		return nil, err
	}
	r := node.TreeOf(v)
	m := &node.Message{From: r.String("uid"), Request: r.String("requestId"), Size: len(b), Type: node.Fetched}
	switch r.Int("type") {
	case requestServe:
		m.Type = node.Served
	case responseCount:
		m.Type = node.ClientCount
	case responseAck:
		m.Type = node.Ack
	}
	if m.Request == "" {
		return nil, node.ErrMessage
	}
	if text := r.String("error"); text != "" {
		m.Failure(text)
		return m, nil
	}
	return m, readResponse(m, r)
}

func readResponse(m *node.Message, r node.Tree) error {
	switch m.Type {
	case node.ClientCount:
		if m.Answer.Count = r.Int("clientCount"); m.Answer.Count < 0 {
			return node.ErrMessage
		}
		return nil
	case node.Ack:
		return m.Body(r, "packet")
	case node.Served:
		if data, ok := r["data"]; ok {
			r["data"] = revive(data)
		}
		return m.Body(r, "data")
	}
	if n := r.Int("count"); n >= 0 {
		m.Answer.Count = n
		return nil
	}
	if list, ok := r["sockets"].([]any); ok && len(list) > 0 {
		if _, ids := list[0].(string); ids {
			m.Answer.Count = len(list)
			return nil
		}
	}
	return m.Sockets(r["sockets"])
}

// revive makes bytes again of what JSON has made of a Buffer of Node: official servers
// tell each other of events in JSON.
func revive(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = revive(v[i])
		}
	case map[string]any:
		if data, ok := buffer(v); ok {
			return data
		}
		for name := range v {
			v[name] = revive(v[name])
		}
	}
	return v
}

func buffer(v map[string]any) ([]byte, bool) {
	list, ok := v["data"].([]any)
	if !ok || v["type"] != "Buffer" || len(v) != 2 {
		return nil, false
	}
	data := make([]byte, len(list))
	for i, e := range list {
		n, ok := e.(int64)
		if !ok || n < 0 || n > 0xff {
			return nil, false
		}
		data[i] = byte(n)
	}
	return data, true
}
