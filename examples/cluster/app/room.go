// room.go: what a node does with what is said. Each keeps the last messages, so that a
// page that has lost its node finds them at another one.

package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/everwire/everwire"
)

const (
	maxKept = 2000 // messages
	maxNew  = 30   // that a new page gets
	maxText = 200  // characters
	maxName = 20   // characters, and bytes of an ID
	askWait = 2 * time.Second
)

// page is who a socket belongs to.
var page = everwire.NewKey[Hello]("page")

// room is the part of a node that a page talks to.
type room struct {
	node string
	srv  *everwire.Server
	log  messages
}

func openRoom(srv *everwire.Server, node string) *room {
	r := &room{node: node, srv: srv}
	srv.Auth(auth)
	everwire.Handle(srv, Post, r.post)
	everwire.Handle(srv, CatchUp, r.catchUp)
	everwire.Handle(srv.Servers(), Keep, func(_ *everwire.Ctx, m Message) (Posted, error) {
		r.log.add(m)
		return Posted{node}, nil
	})
	everwire.Handle0(srv.Servers(), Kept, func(*everwire.Ctx) ([]Message, error) { return r.log.all(), nil })
	return r
}

func auth(_ context.Context, h *everwire.Handshake) (*everwire.Identity, error) {
	var hello Hello
	if err := h.Auth(&hello); err != nil || !fits(hello.ID, maxName) || !fits(hello.Name, maxName) {
		return nil, &everwire.Error{Code: "who", Message: "This page does not say who it is. Please reload it."}
	}
	return &everwire.Identity{ID: hello.ID, Values: everwire.Values(page.Is(hello))}, nil
}

func fits(s string, most int) bool {
	return s != "" && len(s) <= 4*most && utf8.RuneCountInString(s) <= most
}

// post tells everybody on all nodes. First another node keeps it, so that nothing is
// lost that was answered, whichever node is killed next.
func (r *room) post(c *everwire.Ctx, d Draft) (Posted, error) {
	if d.N < 1 || !fits(d.Text, maxText) {
		return Posted{}, &everwire.Error{Code: "text", Message: fmt.Sprintf("A message has 1 to %d characters, and a number.", maxText)}
	}
	who, _ := page.Get(c.Socket())
	m := Message{Author: who.ID, Name: who.Name, N: d.N, Text: d.Text, Node: r.node, At: time.Now().UnixMilli()}
	if old, ok := r.log.find(m); ok {
		m = old // its answer was lost; pages that have it ignore it
	}
	r.log.add(m)
	r.share(c, m)
	return Posted{r.node}, Told.Emit(r.srv, m)
}

// share returns when one of the other nodes has the message, or there is none.
func (r *room) share(ctx context.Context, m Message) {
	ctx, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	for _, err := range Keep.CallAll(ctx, r.srv.Servers(), m) {
		if err != nil {
			slog.Warn("cluster: no other node keeps a message", "error", err)
		}
		return // the others have it, too, by now or soon
	}
}

func (r *room) catchUp(c *everwire.Ctx, seen Seen) (Missed, error) {
	if seen.Everywhere {
		r.learn(c)
	}
	if seen.New {
		all := r.log.all()
		return Missed{all[max(len(all)-maxNew, 0):]}, nil
	}
	return Missed{r.log.since(seen.Authors)}, nil
}

// learn asks the other nodes for what they keep. Those that have just been killed do not
// answer.
func (r *room) learn(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	for kept, err := range Kept.CallAll(ctx, r.srv.Servers()) {
		if err != nil {
			slog.Debug("cluster: not all nodes told what they keep", "error", err)
			return
		}
		r.log.add(kept...)
	}
}

// messages are the last ones, oldest first, each once. Its methods may be called
// concurrently.
type messages struct {
	mu   sync.Mutex // guards what follows
	kept []Message
	has  map[name]bool
}

// name tells messages apart.
type name struct {
	author string
	n      int64
}

func (m Message) id() name { return name{m.Author, m.N} }

func (l *messages) add(all ...Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.has == nil {
		l.has = map[name]bool{}
	}
	for _, m := range all {
		if l.has[m.id()] {
			continue
		}
		l.has[m.id()] = true
		at, _ := slices.BinarySearchFunc(l.kept, m, func(a, b Message) int {
			return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Author, b.Author), cmp.Compare(a.N, b.N))
		})
		l.kept = slices.Insert(l.kept, at, m)
	}
	for over := len(l.kept) - maxKept; over > 0; over-- {
		delete(l.has, l.kept[0].id())
		l.kept = slices.Delete(l.kept, 0, 1)
	}
}

func (l *messages) find(m Message) (Message, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.has[m.id()] {
		return Message{}, false
	}
	at := slices.IndexFunc(l.kept, func(k Message) bool { return k.id() == m.id() })
	return l.kept[at], true
}

func (l *messages) all() []Message { return l.since(nil) }

// since returns what is later than what a page has seen of each author.
func (l *messages) since(seen map[string]int64) []Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	later := []Message{}
	for _, m := range l.kept {
		if m.N > seen[m.Author] {
			later = append(later, m)
		}
	}
	return later
}
