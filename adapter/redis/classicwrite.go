// classicwrite.go: messages in the form of mode Classic.

package redis

import (
	"github.com/everwire/everwire/adapter"
	"github.com/everwire/everwire/adapter/internal/node"
	"github.com/everwire/everwire/adapter/internal/wire"
)

// The types of requests and responses.
const (
	requestSockets = iota // legacy: answered with IDs
	requestRooms
	requestJoin
	requestLeave
	requestDisconnect
	requestFetch
	requestServe
	requestCall
	responseCount
	responseAck
)

// emitter is the name of what is no node.
const emitter = "emitter"

func classicBroadcast(m *node.Message, namespace string) ([]byte, error) {
	packet, err := node.Packet(m, namespace)
	if err != nil {
		return nil, err
	}
	return wire.AppendMsgpack(make([]byte, 0, usualSize), wire.List{m.From, packet, node.Opts(m)})
}

// request begins a request. Official emitters have no name but for events to servers.
func request(m *node.Message, t int) wire.Map {
	var from any = m.From
	if m.From == emitter && t != requestServe {
		from = wire.Nothing{}
	}
	var id, strict any = wire.Nothing{}, wire.Nothing{}
	if m.Request != "" {
		id, strict = m.Request, m.Strict
	}
	return wire.Map{
		{Name: "uid", Value: from}, {Name: "requestId", Value: id}, {Name: "type", Value: t},
		{Name: "errors", Value: strict},
	}
}

// selection are options without flags.
func selection(m *node.Message) wire.Member {
	return wire.Member{Name: "opts", Value: node.Opts(m)[:2]}
}

var requestTypes = map[node.Type]int{
	node.Join: requestJoin, node.Leave: requestLeave, node.Disconnect: requestDisconnect,
	node.Fetch: requestFetch, node.Serve: requestServe, node.Broadcast: requestCall,
}

func classicRequest(m *node.Message, namespace string) (wire.Map, error) {
	if m.Op.Kind == adapter.Count && len(m.Op.Except) == 0 {
		// Official servers answer this one with IDs alone.
		return append(request(m, requestSockets),
			wire.Member{Name: "rooms", Value: m.Op.Rooms}, wire.Member{Name: "count", Value: true}), nil
	}
	r := request(m, requestTypes[m.Type])
	switch m.Type {
	case node.Join, node.Leave:
		return append(r, selection(m), wire.Member{Name: "rooms", Value: m.Op.Change}), nil
	case node.Disconnect:
		return append(r, selection(m), wire.Member{Name: "close", Value: m.Op.Close}), nil
	case node.Fetch:
		r = append(r, selection(m))
		if m.Op.Kind == adapter.Count {
			r = append(r, wire.Member{Name: "count", Value: true})
		}
		return r, nil
	case node.Serve:
		event, err := wire.Event(m.Op.Event.Event, m.Op.Event.Args)
		return append(r, wire.Member{Name: "data", Value: event}), err
	}
	packet, err := node.Packet(m, namespace)
	return append(r, wire.Member{Name: "packet", Value: packet}, wire.Member{Name: "opts", Value: node.Opts(m)}), err
}

// The forms of answers to a Fetch.
const (
	formSockets uint8 = iota
	formIDs
	formRooms
)

func classicResponse(to, m *node.Message) (wire.Map, error) {
	r := wire.Map{{Name: "requestId", Value: m.Request}, {Name: "uid", Value: m.From}}
	if t, ok := map[node.Type]int{
		node.Served: requestServe, node.ClientCount: responseCount, node.Ack: responseAck,
	}[m.Type]; ok {
		r = append(r, wire.Member{Name: "type", Value: t})
	}
	if m.Answer.Err != nil {
		return append(r, wire.Member{Name: "error", Value: node.Word(m.Answer.Err)}), nil
	}
	switch m.Type {
	case node.ClientCount:
		return append(r, wire.Member{Name: "clientCount", Value: m.Answer.Count}), nil
	case node.Fetched:
		return append(r, fetched(to, m)), nil
	}
	name := "packet"
	if m.Type == node.Served {
		name = "data"
	}
	value, err := wire.Answer(m.Answer.Body)
	return append(r, wire.Member{Name: name, Value: value}), err
}

func fetched(to, m *node.Message) wire.Member {
	if to.Op.Kind == adapter.Count || to.Form == formSockets {
		return node.SocketsMember(m)
	}
	ids, rooms := []string{}, []string{}
	known := make(map[string]bool)
	for _, s := range m.Answer.Sockets {
		ids = append(ids, s.ID)
		for _, room := range s.Rooms {
			if !known[room] {
				known[room] = true
				rooms = append(rooms, room)
			}
		}
	}
	if to.Form == formRooms {
		return wire.Member{Name: "rooms", Value: rooms}
	}
	return wire.Member{Name: "sockets", Value: ids}
}
