// parts.go: messages that are larger than the server takes.

package nats

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	natsgo "github.com/nats-io/nats.go"
)

const (
	// partHeader says in messages that are a part: publisher.message.index.count, the
	// first in 16 hex digits, the others in decimal.
	partHeader = "Everwire-Part"
	// partRoom is what the header may take of a part.
	partRoom = 256
	maxParts = 1024
	// usualLimit stands for the limit of a server that was not reached yet.
	usualLimit = 1 << 20
)

// fits tells whether so many bytes can be published in parts to a server with that limit.
func fits(size int, limit int64) bool {
	if limit <= 0 {
		limit = usualLimit
	}
	return int64(size) <= limit || limit > partRoom && int64(size) <= (limit-partRoom)*maxParts
}

// publisher publishes messages, in parts where that is needed.
type publisher struct {
	conn *natsgo.Conn
	name string
	next uint64 // number of the next message in parts
}

func partsOf(conn *natsgo.Conn) *publisher {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return &publisher{conn: conn, name: hex.EncodeToString(b[:])}
}

func (p *publisher) publish(topic string, payload []byte) error {
	limit := p.conn.MaxPayload()
	if limit <= 0 || int64(len(payload)) <= limit {
		return p.conn.Publish(topic, payload)
	}
	if !fits(len(payload), limit) {
		return ErrTooLarge
	}
	p.next++
	size := int(limit - partRoom)
	count := (len(payload) + size - 1) / size
	for i := range count {
		m := natsgo.NewMsg(topic)
		m.Header.Set(partHeader, fmt.Sprintf("%s.%d.%d.%d", p.name, p.next, i, count))
		m.Data = payload[i*size : min((i+1)*size, len(payload))]
		if err := p.conn.PublishMsg(m); err != nil {
			return err
		}
	}
	return nil
}

// place is what the header of a part says.
type place struct {
	publisher    string
	message      uint64
	index, count int
}

func parsePlace(header string) (p place, ok bool) {
	words := strings.Split(header, ".")
	if len(words) != 4 || len(words[0]) != 16 || len(header) > partRoom {
		return p, false
	}
	var errs [3]error
	p.publisher = words[0]
	p.message, errs[0] = strconv.ParseUint(words[1], 10, 64)
	p.index, errs[1] = strconv.Atoi(words[2])
	p.count, errs[2] = strconv.Atoi(words[3])
	ok = errs == [3]error{} && p.index >= 0 && p.index < p.count && p.count <= maxParts
	return p, ok
}

// How much may be unfinished: of whoever can publish.
const (
	maxUnfinished     = 64 // messages
	unfinishedBytes   = 2  // times the largest message
	unfinishedTimeout = 30 * time.Second
)

// parts puts messages together again. It belongs to one goroutine.
type parts struct {
	limit      int
	bytes      int
	unfinished map[partKey]*partial
}

// partKey tells one publisher's messages for one subscriber: each publishes one at a time.
type partKey struct {
	to        *subscription
	publisher string
}

// partial is a message whose first parts have come.
type partial struct {
	message uint64
	next    int // index of the part that is to come
	count   int
	data    []byte
	since   time.Time
}

func newParts(limit int) *parts {
	return &parts{limit: limit, unfinished: make(map[partKey]*partial)}
}

// add takes a part, and returns the message if it was the last. Parts come in order; a
// message that misses one, or is too large, is dropped: then, ok is false.
func (p *parts) add(to *subscription, header string, data []byte) (whole []byte, ok bool) {
	at, ok := parsePlace(header)
	if !ok {
		return nil, false
	}
	key := partKey{to, at.publisher}
	m := p.unfinished[key]
	if at.index == 0 {
		ok = m == nil // or the last parts of another did not come
		p.drop(key)
		m = p.begin(key, at)
	}
	if m == nil || m.message != at.message || m.next != at.index || m.count != at.count || len(m.data)+len(data) > p.limit {
		p.drop(key)
		return nil, false
	}
	m.data = append(m.data, data...)
	p.bytes += len(data)
	m.next++
	if m.next < m.count {
		ok = p.shrink(key) && ok
		return nil, ok
	}
	p.drop(key)
	return m.data, ok
}

func (p *parts) begin(key partKey, at place) *partial {
	m := &partial{message: at.message, count: at.count, since: time.Now()}
	p.unfinished[key] = m
	return m
}

func (p *parts) drop(key partKey) {
	if m := p.unfinished[key]; m != nil {
		p.bytes -= len(m.data)
		delete(p.unfinished, key)
	}
}

// shrink drops what is too old or too much, but not the message that has just grown. False: it
// has dropped something.
func (p *parts) shrink(grown partKey) (ok bool) {
	ok = true
	for key, m := range p.unfinished {
		tooMuch := len(p.unfinished) > maxUnfinished || p.bytes > unfinishedBytes*p.limit
		if key != grown && (tooMuch || time.Since(m.since) > unfinishedTimeout) {
			p.drop(key)
			ok = false
		}
	}
	return ok
}
